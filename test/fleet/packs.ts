/** A pack with everything that published packs have been seen with. */
export const RELAXED_PACK = String.raw`# Incident response
// for all of us
{
  "platform": "windows,darwin",
  "version": "1.4.5",
  "shard": "50",
  # what decides whether it runs
  "discovery": ["select 1 from os_version where name = 'x';", "", 17, {"a": 1}],
  "queries": {
    "users": {
      "query": "select uid, \
        username \
        from users where directory like 'C://%'; -- https://x",
      "interval": "3600", // seconds
      "snapshot": true,
      "description": "Who is here",
      "value": "kept as it is",
      "platform": "ubuntu",
      "version": "1.4.5"
    },
    /* every now and then */
    "up": { "query": "select * from uptime", "interval": 60, "removed": "false", "blacklist": false, },
  },
}
} trailing ] rubbish "
`
