// Provisions a board with the client of Improv's makers, as a web page does it. Arguments: the folder
// of the client's files, JSON of [ssid, password] pairs, and the command that runs the board.
// Writes JSON of what the board told.
import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";

const [folder, networks, program, ...command] = process.argv.slice(2);
const { ImprovSerial } = await import(`file://${folder}/serial.mjs`);
const board = spawn(program, command, { stdio: ["pipe", "pipe", "inherit"] });
let printed = "";
const readable = new ReadableStream({
  start(controller) {
    board.stdout.on("data", (data) => {
      printed += data.toString("latin1");
      controller.enqueue(new Uint8Array(data));
    });
  },
});
const port = { readable, writable: Writable.toWeb(board.stdin) };
while (!printed.includes("closes after ten minutes")) {
  await new Promise((resolve) => board.stdout.once("data", resolve));
}
const problems = [];
const logger = { log() {}, debug() {}, error: (...words) => problems.push(words.join(" ")) };
const client = new ImprovSerial(port, logger);
const told = { states: [] };
client.addEventListener("state-changed", (event) => told.states.push(event.detail));
told.info = await client.initialize(5000);
told.networks = await client.scan();
told.results = [];
for (const [ssid, password] of JSON.parse(networks)) {
  try {
    await client.provision(ssid, password, 30000);
    told.results.push(client.nextUrl ?? "");
  } catch (error) {
    told.results.push(String(error));
  }
}
told.problems = problems;
console.log(JSON.stringify(told));
board.kill("SIGKILL");
process.exit(0);
