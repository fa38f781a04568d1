#!/usr/bin/env node
// Stands outside dist/ so that it is there to be linked before the first build.
import '../dist/main.js'
