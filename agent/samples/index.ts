export { cpuCount, type HostSample, HostSampler } from './host'
export { Sampler } from './sampler'
