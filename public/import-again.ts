/**
 * Imports code that may have failed to load before: some browsers (Chromium 150) remember that for as long as the page
 * lives, so it is requested once more under another address.
 * @throws the error of the first attempt, if neither works or the browser does not say what it could not load
 */
export async function importAgain<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    const [address] = /https?:\/\/\S+\.js/.exec(String(error)) ?? []
    if (address === undefined) throw error
    return (import(`${address}?again=${Date.now()}`) as Promise<Module>).catch(() => {
      throw error
    })
  }
}
