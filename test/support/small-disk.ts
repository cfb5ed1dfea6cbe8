import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BLOCK = Buffer.alloc(64 * 1024, 1)

/** A file system of its own, which can be filled up. */
export interface SmallDisk {
  folder: string
  /** Takes all space that is left. */
  fill(): Promise<void>
  /** Gives the space back. */
  empty(): Promise<void>
  /** Servers that use it must have stopped. */
  remove(): void
}

/** @throws Error if this user may not mount file systems */
export function createSmallDisk(mebibytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=711`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
  const ballast = join(folder, 'ballast')
  return {
    folder,
    async fill() {
      const file = await open(ballast, 'a')
      try {
        for (;;) if ((await file.write(BLOCK)).bytesWritten < BLOCK.length) return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        await file.close()
      }
    },
    empty: () => rm(ballast, { force: true }),
    remove() {
      execFileSync('umount', ['--lazy', folder])
      rmSync(folder, { recursive: true })
    },
  }
}

/** `describe`, or a skipped one that says why. */
export function describeSmallDisks(): typeof describe {
  try {
    createSmallDisk(1).remove()
    return describe
  } catch {
    process.stderr.write('Skipped: only root may mount the small disks of this test\n')
    return describe.skip as typeof describe
  }
}
