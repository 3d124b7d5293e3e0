// Sends with @snowplow/node-tracker what node_script.py sends with ours.
// Arguments: the collector's port, get or post.
const node = require('@snowplow/node-tracker');

const [port, method] = process.argv.slice(2);
const UUID = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const URL_ = 'http://board.local/a b?x=1&y=é#漢字';
const TEXT = 'é 漢字 😀 "quoted" \\ & = + % \' <b> ~-_.';
const DATA = { text: TEXT, n: [0, -1, 2.5, true, null], empty: {}, list: [] };
const READING = 'iglu:com.acme/reading/jsonschema/1-0-0';

async function run(t, context, timestamp) {
  const send = (event) => t.track(event, context, timestamp);
  send(node.buildStructEvent({ category: 'c', action: 'a' }));
  send(node.buildStructEvent({
    category: TEXT, action: TEXT, label: TEXT, property: TEXT, value: 21.5,
  }));
  send(node.buildSelfDescribingEvent({ event: { schema: READING, data: DATA } }));
  send(node.buildPageView({ pageUrl: URL_, pageTitle: TEXT, referrer: URL_ }));
  send(node.buildPagePing({
    pageUrl: URL_, pageTitle: TEXT, minXOffset: 1, maxXOffset: 100, minYOffset: -5, maxYOffset: 7,
  }));
  send(node.buildScreenView({ name: TEXT, id: '1' }));
  send(node.buildEcommerceTransaction({
    orderId: 'o1', total: 20.98, affiliation: 'af', tax: 1.5, shipping: 2, city: 'Köln',
    state: 'NW', country: 'DE', currency: 'EUR',
  }));
  send(node.buildEcommerceTransactionItem({
    orderId: 'o1', sku: 's1', price: 9.99, quantity: 2, name: TEXT, category: 'c', currency: 'EUR',
  }));
  await t.flush();
}

async function main() {
  for (const encodeBase64 of [false, true]) {
    const t = node.newTracker(
      { namespace: 'ns', appId: 'gärten', encodeBase64 },
      {
        endpoint: 'http://127.0.0.1:' + port, eventMethod: method, bufferSize: 1000,
        connectionTimeout: 600000,
      },
    );
    t.setPlatform('iot');
    await run(t, null, null);
    t.setUserId(TEXT);
    t.setScreenResolution(128, 64);
    t.setViewport(120, 60);
    t.setColorDepth(16);
    t.setTimezone('Europe/Berlin');
    t.setLang('de');
    t.setIpAddress('203.0.113.5');
    t.setUseragent('board/1 (x; y)');
    t.setDomainUserId('AA:BB:CC:DD:EE:FF');
    t.setNetworkUserId(UUID);
    t.setSessionId(UUID);
    t.setSessionIndex(7);
    await run(t, [{ schema: READING, data: DATA }], { type: 'ttm', value: 1700000000123 });
  }
}

main();
