import './load.mjs'
