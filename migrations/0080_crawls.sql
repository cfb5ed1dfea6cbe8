CREATE TABLE crawls (
  -- that of its job
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  settings jsonb NOT NULL,
  -- of seeds and scope: crawls of the same site are compared
  site_hash text NOT NULL,
  -- encrypted; null: it has none
  secrets text,
  secret_names text[] NOT NULL DEFAULT '{}',
  previous_id uuid,
  -- the last known counts; while it runs, those in Redis are newer
  counts jsonb NOT NULL,
  phase text,
  paused jsonb,
  -- time that it was paused before the current pause
  paused_ms bigint NOT NULL DEFAULT 0,
  findings jsonb,
  ended_because text,
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  ended_at timestamptz
);
CREATE INDEX crawls_by_tenant ON crawls (tenant_id, id);
CREATE INDEX crawls_by_site ON crawls (tenant_id, site_hash, id);
CREATE INDEX crawls_ended ON crawls (ended_at) WHERE ended_at IS NOT NULL;

-- URLs that are settled. `key` is a hash of the canonical URL.
CREATE TABLE crawl_pages (
  crawl_id uuid NOT NULL,
  key bigint NOT NULL,
  tenant_id uuid NOT NULL,
  url text NOT NULL,
  -- where redirects led, if they did
  final_url text,
  final_key bigint,
  host text NOT NULL,
  depth smallint NOT NULL,
  outcome text NOT NULL,
  reason text,
  explanation text,
  status_code smallint,
  title text,
  description text,
  content_type text,
  bytes integer NOT NULL DEFAULT 0,
  first_byte_ms real,
  duration_ms real,
  noindex boolean NOT NULL DEFAULT false,
  -- of the decoded body, and of the visible text
  content_hash bytea,
  text_hash bytea,
  -- where it was found first
  found_on bigint,
  -- keys of what it links to, without repeats; null unless it was parsed
  links bigint[],
  -- HTTP resources of an HTTPS page
  mixed_content smallint NOT NULL DEFAULT 0,
  redirects smallint NOT NULL DEFAULT 0,
  -- out of scope: asked for its status only
  is_external boolean NOT NULL DEFAULT false,
  fetched_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (crawl_id, key)
);
-- they are never searched by value, and costly to sample
ALTER TABLE crawl_pages ALTER COLUMN links SET STATISTICS 0;
CREATE INDEX crawl_pages_by_url ON crawl_pages (crawl_id, url COLLATE "C", key);

-- What is read for one page at a time.
CREATE TABLE crawl_contents (
  crawl_id uuid NOT NULL,
  key bigint NOT NULL,
  -- JSON, deflated: what `StoredContent` says
  content bytea NOT NULL,
  -- the response for WARC: status line and headers, and the body as sent, gzipped
  head text,
  body bytea,
  PRIMARY KEY (crawl_id, key)
);

CREATE TABLE crawl_hosts (
  crawl_id uuid NOT NULL,
  origin text NOT NULL,
  host text NOT NULL,
  outcome text NOT NULL,
  status_code smallint,
  detail text,
  crawl_delay_seconds real,
  sitemaps text[] NOT NULL DEFAULT '{}',
  robots text NOT NULL DEFAULT '',
  fetched_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (crawl_id, origin)
);

CREATE TABLE crawl_sitemaps (
  crawl_id uuid NOT NULL,
  url text NOT NULL,
  format text,
  urls integer NOT NULL DEFAULT 0,
  problem text,
  fetched_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (crawl_id, url)
);

-- URLs that sitemaps list.
CREATE TABLE crawl_sitemap_urls (
  crawl_id uuid NOT NULL,
  key bigint NOT NULL,
  url text NOT NULL,
  sitemap text NOT NULL,
  lastmod text,
  PRIMARY KEY (crawl_id, key)
);

-- What the step `analyse` found.
CREATE TABLE crawl_findings (
  crawl_id uuid NOT NULL,
  type text NOT NULL,
  key bigint NOT NULL,
  url text NOT NULL,
  title text,
  detail text NOT NULL,
  related text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (crawl_id, type, key)
);

-- The broken links among them, with the pages that have them.
CREATE TABLE crawl_broken_links (
  crawl_id uuid NOT NULL,
  key bigint NOT NULL,
  url text NOT NULL,
  status_code smallint,
  error text,
  is_external boolean NOT NULL,
  is_new boolean,
  referrer_count integer NOT NULL,
  -- the first 1,000: [{url, text}]
  referrers jsonb NOT NULL,
  PRIMARY KEY (crawl_id, key)
);

-- Finds the responses that are to be removed without reading all contents.
CREATE INDEX crawl_contents_with_response ON crawl_contents (crawl_id) WHERE head IS NOT NULL OR body IS NOT NULL;
