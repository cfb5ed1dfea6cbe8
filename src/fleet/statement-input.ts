export {
  freeText,
  platformList,
  STATEMENT_BYTES_MAX,
  sqlText,
  statementChange,
  statementInput,
} from '../contract/statements'
