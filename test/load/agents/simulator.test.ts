import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readArguments } from '../../../load/agents/arguments'
import { Machine } from '../../../load/agents/machine'
import { Tally } from '../../../load/agents/tally'
import { ProtocolServer } from '../../agents/protocol-server'

test('simulated machines send what real ones do, come back after a cut, and take commands', async () => {
  const server = await ProtocolServer.start()
  const folder = await mkdtemp(join(tmpdir(), 'simulated-'))
  const args = ['--agents', '3', '--containers', '4', '--lines', '20', '--bursts', '--skew', '600', '--hung', '0']
  const given = readArguments([...args, '--url', server.url, '--token', server.token])
  if (!given) throw new Error('No arguments')
  const tally = new Tally()
  const machines = [1, 2, 3].map(number => new Machine(number, folder, given, tally))
  const ended = machines.map(machine => machine.run())
  await server.until(
    () => server.hellos.length === 3 && server.of('log').length > 20 && server.of('containers').length > 3,
  )
  expect(server.of('inventory')[0]?.containers).toHaveLength(4)
  for (const machine of machines) machine.cut()
  await server.until(() => server.hellos.length === 6)
  expect(tally).toMatchObject({ enrolled: 3 })
  for (const machine of machines) machine.stop()
  await Promise.all(ended)
  expect(server.faults).toEqual([])
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

test('wrong arguments are refused with what to do', () => {
  expect(() => readArguments([])).toThrow('--token must be an enrolment token')
  expect(() => readArguments(['--token', 'x', '--agents', '0'])).toThrow('--agents must be a number from 1')
  expect(() => readArguments(['--tokn', 'x'])).toThrow('--help lists all options')
  expect(readArguments(['--help'])).toBeUndefined()
})
