import { checkContracts } from '../../src/base/contract-check'

checkContracts(process.env.CONTRACT_CHECK_FILE)
