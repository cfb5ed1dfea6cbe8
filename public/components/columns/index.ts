export { ColumnMenu } from './column-menu'
export { ColumnResizer, edgeOf } from './column-resizer'
export { type Column, shownColumns, tracksOf } from './layout'
export { layoutOf } from './remembered'
