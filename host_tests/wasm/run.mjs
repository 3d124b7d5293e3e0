// Runs host_tests/library/run.py on MicroPython in WebAssembly, in a file system in memory.
// Arguments: the folder of the npm package, then those of run.py.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [engine, ...modules] = process.argv.slice(2);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..', '..');

const { loadMicroPython } = await import(pathToFileURL(join(engine, 'micropython.mjs')));
const mp = await loadMicroPython({ stdout: (line) => process.stdout.write(line + '\n') });

function copy(from, to) {
  mp.FS.mkdirTree(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), to + '/' + entry.name];
    if (entry.isDirectory()) copy(source, target);
    else if (entry.name.endsWith('.py')) mp.FS.writeFile(target, readFileSync(source));
  }
}

copy(join(HERE, 'shims'), '/shims');
copy(join(ROOT, 'lib'), '/lib');
copy(join(ROOT, 'host_tests', 'library'), '/library');
mp.globals.set('modules', modules.join(' '));
try {
  mp.runPython(`
import sys
sys.path[:] = ["/shims", ".frozen", "/lib", "/library"]
sys.argv[:] = ["run.py"] + modules.split()
import asyncio_run
import run
`);
} catch (error) {
  // Its message is the traceback; Node would print the engine's source before it.
  process.stdout.write(error.message + '\n');
  process.exitCode = 1;
}
// asyncio's tasks that were left behind have JavaScript timers, for which Node would wait.
process.stdout.write('', () => process.exit());
