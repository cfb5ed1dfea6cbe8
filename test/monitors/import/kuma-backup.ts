/** A monitor as Uptime Kuma 1.23 writes it into a backup: all fields, whatever the type. */
export const kumaMonitor = (fields: Record<string, unknown>) => ({
  ...{ id: 1, name: 'Sample', description: null, pathName: 'Sample', parent: null, childrenIDs: [] },
  ...{ url: 'https://', method: 'GET', hostname: null, port: null, maxretries: 0, weight: 2000, active: true },
  ...{ forceInactive: false, type: 'http', timeout: 48, interval: 60, retryInterval: 60, resendInterval: 0 },
  ...{ keyword: null, invertKeyword: false, expiryNotification: false, ignoreTls: false, upsideDown: false },
  ...{ packetSize: 56, maxredirects: 10, accepted_statuscodes: ['200-299'], dns_resolve_type: 'A' },
  ...{ dns_resolve_server: '1.1.1.1', dns_last_result: null, docker_container: '', docker_host: null },
  ...{ proxyId: null, notificationIDList: {}, tags: [], maintenance: false, mqttTopic: '', mqttSuccessMessage: '' },
  ...{ databaseQuery: null, authMethod: null, grpcUrl: null, grpcProtobuf: null, grpcMethod: null },
  ...{ grpcServiceName: null, grpcEnableTls: false, radiusCalledStationId: null, radiusCallingStationId: null },
  ...{ game: null, gamedigGivenPortOnly: true, httpBodyEncoding: 'json', jsonPath: null, expectedValue: null },
  ...{ kafkaProducerTopic: null, kafkaProducerBrokers: [], kafkaProducerSsl: false, screenshot: null, headers: null },
  ...{ body: null, grpcBody: null, grpcMetadata: null, basic_auth_user: null, basic_auth_pass: null },
  ...{ oauth_client_id: null, oauth_client_secret: null, oauth_token_url: null, oauth_scopes: null },
  ...{ pushToken: null, databaseConnectionString: null, tlsCa: null, tlsCert: null, tlsKey: null },
  ...{ includeSensitiveData: true },
  ...fields,
})

const tag = (name: string, value: string) => ({ id: 1, monitor_id: 1, tag_id: 1, value, name, color: '#D97706' })

const MONITORS = [
  kumaMonitor({ id: 1, name: 'Customers', type: 'group', childrenIDs: [2] }),
  kumaMonitor({ id: 2, name: 'Shops', type: 'group', parent: 1, childrenIDs: [3] }),
  kumaMonitor({
    ...{ id: 3, name: 'Shop API', parent: 2, url: 'https://shop.example.org/api', method: 'post', maxretries: 3 },
    ...{ retryInterval: 20, interval: 120, body: '{"ping": true}', headers: '{"X-Key": "k3y"}' },
    ...{ accepted_statuscodes: ['200-299', '404'], authMethod: 'basic', basic_auth_user: 'probe' },
    ...{ basic_auth_pass: 's3cret', ignoreTls: true, maxredirects: 0, tags: [tag('team', 'web'), tag('Kunde A', '')] },
    ...{ expiryNotification: true, ipFamily: 'ipv4' },
  }),
  kumaMonitor({
    id: 4,
    name: 'Blog',
    type: 'keyword',
    url: 'https://blog.example.org/',
    keyword: 'Welcome',
    active: 0,
  }),
  kumaMonitor({
    ...{ id: 5, name: 'No errors', type: 'keyword', url: 'https://blog.example.org/', keyword: 'Fatal error' },
    invertKeyword: true,
  }),
  kumaMonitor({
    ...{ id: 6, name: 'Health', type: 'json-query', url: 'https://api.example.org/health', jsonPath: '$.checks[0].ok' },
    ...{ expectedValue: 'true', jsonPathOperator: '==' },
  }),
  kumaMonitor({
    ...{ id: 7, name: 'Sum', type: 'json-query', url: 'https://api.example.org/sum', jsonPath: '$sum(items.price)' },
    expectedValue: '10',
  }),
  kumaMonitor({ id: 8, name: 'Database', type: 'port', hostname: 'db.example.org', port: 5432 }),
  kumaMonitor({ id: 9, name: 'Router', type: 'ping', hostname: '192.0.2.1', packetSize: 1400 }),
  kumaMonitor({
    ...{ id: 10, name: 'MX', type: 'dns', hostname: 'example.org', dns_resolve_type: 'MX', port: 5353 },
    dns_resolve_server: '9.9.9.9, 1.1.1.1',
  }),
  kumaMonitor({ id: 11, name: 'Backup', type: 'push', interval: 86_400, pushToken: 'gMtBmjBhWq' }),
  kumaMonitor({
    ...{ id: 12, name: 'mTLS', url: 'https://mtls.example.org/', authMethod: 'mtls', tlsCert: 'CERT', tlsKey: 'KEY' },
    tlsCa: 'CA',
  }),
  kumaMonitor({ id: 13, name: 'Container', type: 'docker', docker_container: 'web', docker_host: 1 }),
  kumaMonitor({ id: 14, name: 'Old API', url: 'https://old.example.org/', upsideDown: true }),
]

export const KUMA_BACKUP = {
  version: '1.23.16',
  notificationList: [{ id: 1, name: 'Slack', config: '{}', active: true }],
  proxyList: [],
  monitorList: MONITORS,
}
