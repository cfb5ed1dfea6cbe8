# syntax=docker/dockerfile:1
# Any Debian image with Node.js 20.19 or newer: --build-arg NODE_IMAGE=registry.example/node:20-slim
ARG NODE_IMAGE=node:20-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages are the private PostgreSQL for a first run and native accelerators; neither is needed here.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

# docker build --target agent: the program that watches a machine's containers (docs/agents.md).
FROM ${NODE_IMAGE} AS agent
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# One arena of memory for all threads: those of each thread would keep 20 MB.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1
COPY --from=build /app/dist/cli/main.js /app/dist/cli/agent.js dist/cli/
COPY package.json ./
VOLUME /var/lib/tailrace-agent
# As root, because the engine's socket belongs to root; whoever may use it has the machine anyway.
# With Node's default for young objects (16 MB, thrice), the agent would take a fifth more memory.
ENTRYPOINT ["tini", "--", "node", "--max-semi-space-size=2", "dist/cli/main.js", "agent"]

FROM ${NODE_IMAGE}
# As PID 1, tini reaps zombies and forwards signals.
RUN apt-get update && apt-get install -y --no-install-recommends iputils-ping tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
RUN install -d -o node -g node -m 0700 /data
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/workers dist/workers
COPY --from=build /app/dist/text dist/text
COPY --from=build /app/dist/cli dist/cli
COPY --from=build /app/dist/public dist/public
COPY package.json ./
COPY migrations migrations
USER node
EXPOSE 8080
# Checks liveness, not readiness: a restart does not help while Redis or PostgreSQL is down.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps"]
CMD ["dist/src/main.js"]
