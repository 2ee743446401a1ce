// Reads JSON documents, one on each line, and answers each with its canonical form as base64: the other implementation.
const canonicalize = require("canonicalize");
const { createInterface } = require("node:readline");

createInterface({ input: process.stdin, crlfDelay: Infinity }).on("line", (line) =>
  console.log(Buffer.from(canonicalize(JSON.parse(line))).toString("base64")));
