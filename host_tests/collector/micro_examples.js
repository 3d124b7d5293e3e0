// Runs the helpers of snowplow-incubator/snowplow-micro-examples, as they are, against a collector:
// node micro_examples.js EXAMPLES http://127.0.0.1:PORT EXPECTED.json
//
// Stands in for what they get from Cypress and Nightwatch: commands and assertions in order, HTTP
// by `request`, and `import` and `export` turned into `require` as Babel does it. The addresses
// that they have, of port 9090, become the collector's. Prints a line for each check.
const fs = require('fs');
const path = require('path');

const [examples, collector, expected] = process.argv.slice(2);
const checks = JSON.parse(fs.readFileSync(expected, 'utf8'));
const loaded = {};

async function http(url, options = {}) {
  const answer = await fetch(url.replace('http://localhost:9090', collector), options);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return { status: answer.status, body: text && JSON.parse(text) };
}

function request(what, ...more) {
  const callback = more.pop();
  http(what.url || what).then(
    (answer) => callback(null, answer, answer.body),
    (error) => callback(error),
  );
}

function load(file) {
  if (!loaded[file]) {
    const module = (loaded[file] = { exports: {} });
    const code = fs
      .readFileSync(file, 'utf8')
      .replace(/^import \* as (\w+) from ('.*?');/gm, 'const $1 = require($2);')
      .replace(/^export \{([^}]*)\};?/gm, 'Object.assign(exports, {$1});');
    const required = (name) => {
      if (name === 'request') return request;
      return name[0] === '.' ? load(path.resolve(path.dirname(file), name)) : require(name);
    };
    new Function('require', 'module', 'exports', code)(required, module, module.exports);
  }
  return loaded[file].exports;
}

// Cypress runs commands one after another; what a command calls runs before the next one.
let chain = Promise.resolve();
const commands = {};
const chained = {
  its(name) {
    chain = chain.then((value) => value[name]);
    return chained;
  },
  then(callback) {
    chain = chain.then((value) => callback(value));
    return chained;
  },
};
globalThis.cy = new Proxy(
  {
    request(what) {
      chain = chain.then(() => http(what.url || what));
      return chained;
    },
  },
  {
    get: (own, name) =>
      own[name] ||
      ((...args) => {
        commands[name](...args);
        return chained;
      }),
  },
);
const places = { SNOWPLOW_MICRO_URI: collector };
for (const name of ['all', 'good', 'bad', 'reset']) {
  places['MICRO_' + name.toUpperCase()] = '/micro/' + name;
}
globalThis.Cypress = {
  env: (name) => places[name],
  Commands: { add: (name, command) => (commands[name] = command) },
};
globalThis.expect = (value) => ({
  to: {
    eq(other) {
      if (value !== other) throw new Error(`expected ${other}, got ${value}`);
    },
  },
});

// As Nightwatch: command() gives the value's source, value() the value, pass() the verdict.
function assertion(name, args) {
  const Assertion = load(path.join(examples, 'testing/nightwatch/assertions', name + '.js'));
  return new Promise((resolve, reject) => {
    const one = new Assertion.assertion(...args);
    one.command((body) => {
      try {
        resolve(Boolean(one.pass(one.value(body))));
      } catch (error) {
        reject(error);
      }
    });
  });
}

async function main() {
  load(path.join(examples, 'testing/cypress/support/commands.js'));
  for (const [suite, name, args, good] of checks) {
    let passed = true;
    if (suite === 'nightwatch') {
      passed = await assertion(name, args);
    } else {
      chain = Promise.resolve();
      cy[name](...args);
      await chain.catch((error) => {
        if (!/^expected /.test(error.message)) throw error;
        passed = false;
      });
    }
    if (passed !== good) throw new Error(`${suite} ${name} ${JSON.stringify(args)}: ${passed}`);
    console.log(suite, name, passed);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
