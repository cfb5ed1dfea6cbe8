/** The command that runs an agent on a machine that has the command line. */
export const hostCommand = (url: string, token: string): string =>
  `TAILRACE_AGENT_TOKEN=${token} tailrace agent --url ${url} --allow start,stop,restart`

/** The command that runs it as a container, whose data survives the container. */
export const containerCommand = (url: string, token: string): string =>
  [
    'docker run -d --name tailrace-agent --restart unless-stopped --network host --pid host',
    '-v /var/run/docker.sock:/var/run/docker.sock -v /:/host:ro -v tailrace-agent:/var/lib/tailrace-agent',
    `-e TAILRACE_AGENT_TOKEN=${token}`,
    `tailrace-agent --root /host --url ${url} --allow start,stop,restart`,
  ].join(' \\\n  ')
