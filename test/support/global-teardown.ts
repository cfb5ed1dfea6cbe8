/** Ends what global-setup.ts has started. */
export default async function tearDown() {
  await globalThis.testServers?.stop()
}
