// Tracks with @snowplow/browser-tracker and its plugins what browser_script.py tracks with ours, and
// posts all payloads at once. The page has loaded the UMD builds; its clock moves only by tick().
/* global snowplowBrowserTracking, snowplowScreenTracking, snowplowEcommerceAccelerator,
   snowplowMedia, snowplowButtonClickTracking, tick */
const sp = snowplowBrowserTracking;
const screens = snowplowScreenTracking;
const shop = snowplowEcommerceAccelerator;
const media = snowplowMedia;
const buttons = snowplowButtonClickTracking;
const events = [];
const A = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const B = 'bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const READING = 'iglu:com.acme/reading/jsonschema/1-0-0';

sp.newTracker('ns', location.origin, {
  appId: 'gärten', platform: 'iot', encodeBase64: false, stateStorageStrategy: 'none',
  contexts: { webPage: false }, customFetch: () => new Promise(() => {}),
  crossDomainLinker: () => true,
  useExtendedCrossDomainLinker: {
    userId: true, sessionId: true, sourceId: false, sourcePlatform: true, reason: () => 'QR?',
  },
  plugins: [
    screens.ScreenTrackingPlugin(), shop.SnowplowEcommercePlugin(), media.SnowplowMediaPlugin(),
    buttons.ButtonClickTrackingPlugin(),
    { afterTrack: (payload) => events.push(payload) },
  ],
});
const selfDescribing = (schema, data) => sp.trackSelfDescribingEvent({ event: { schema, data } });

function screenViews() {
  screens.trackListItemView({ index: 9 });
  screens.trackScreenView({ name: 'home', id: A, type: 'grid' });
  tick(2500);
  for (const index of [2, 5, 3]) screens.trackListItemView({ index });
  screens.trackScrollChanged({ yOffset: -5, viewHeight: 64, contentHeight: 300 });
  screens.trackScrollChanged({
    xOffset: 10, yOffset: 120, viewWidth: 128, viewHeight: 64, contentWidth: 128,
  });
  selfDescribing(READING, { n: 1 });
  selfDescribing(
    'iglu:com.snowplowanalytics.snowplow/application_background/jsonschema/1-0-0',
    { backgroundIndex: 1 });
  tick(4500);
  selfDescribing(
    'iglu:com.snowplowanalytics.snowplow/application_foreground/jsonschema/1-0-0',
    { foregroundIndex: 1 });
  tick(250);
  const context = [{ schema: READING, data: { n: 2 } }];
  screens.trackScreenView({ name: 'menu', id: B, transitionType: 'slide', context });
  screens.trackScreenView({ name: 'end', id: A, previousName: 'other' });
  buttons.trackButtonClick({
    label: 'Buy it', id: 'b1', classes: ['big', 'red'], name: 'buy',
  });
}

function sales() {
  const cola = { id: '12', category: 'drinks', price: 1.5, currency: 'EUR', quantity: 2 };
  const nuts = { id: '7', category: 'snacks', price: 2, currency: 'EUR', name: 'Nüsse' };
  const sale = { transaction_id: 'a7', revenue: 5, currency: 'EUR', payment_method: 'card' };
  const context = () => [{ schema: READING, data: { n: 3 } }];
  shop.setPageType({ type: 'product', language: 'de' });
  shop.trackProductView({ ...cola, context: context() });
  shop.setEcommerceUser({ id: 'u1', is_guest: false, email: 'a@example.com' });
  shop.trackProductListView({ products: [cola, nuts], name: 'top row' });
  shop.trackProductListClick({ product: nuts, name: 'top row', context: context() });
  shop.trackAddToCart({ products: [cola], cart_id: 'c', total_value: 3.5, currency: 'EUR' });
  shop.trackRemoveFromCart({ products: [nuts], total_value: 1.07, currency: 'EUR' });
  shop.trackCheckoutStep({ step: 2, payment_method: 'coins', marketing_opt_in: false });
  shop.trackTransaction({ products: [cola, nuts], ...sale, tax: 0.8 });
  shop.trackTransaction({ total_quantity: 9, ...sale, credit_order: true });
  shop.trackRefund({
    products: [cola], transaction_id: 'a7', currency: 'EUR', refund_amount: 8.05,
    refund_reason: 'stuck',
  });
  shop.trackTransactionError({
    transaction: { ...sale, total_quantity: 1 }, error_code: 'E5', error_type: 'hard',
  });
  const promotion = { id: 'summer', product_ids: ['12', '7'], position: 1, slot: 'top' };
  shop.trackPromotionView(promotion);
  shop.trackPromotionClick(promotion);
}

function show() {
  const id = 'show';
  media.startMediaTracking({
    id, player: { duration: 100, playbackRate: 1, volume: 10, label: 'News', mediaType: 'audio' },
    pings: { pingInterval: 20, maxPausedPings: 1 }, boundaries: [5, 10, 50],
    context: [{ schema: READING, data: { n: 4 } }],
  });
  media.trackMediaReady({ id });
  media.trackMediaPlay({ id, player: { currentTime: 0.5 } });
  tick(5000);
  media.updateMediaTracking({ id, player: { currentTime: 5.5 } });
  tick(18000);
  media.updateMediaTracking({ id, player: { currentTime: 12 } });
  for (const time of [20, 30, 8]) {
    media.trackMediaSeekStart({ id, player: { currentTime: time } });
    media.trackMediaSeekEnd({ id, player: { currentTime: time + 10 } });
    media.trackMediaVolumeChange({ id, newVolume: time });
  }
  tick(1000);
  media.trackMediaPlaybackRateChange({ id, newRate: 2, player: { muted: true } });
  tick(2333);
  media.trackMediaPause({ id, player: { currentTime: 20 } });
  tick(60000);
  media.trackMediaPlay({ id, player: { muted: false } });
  media.trackMediaBufferStart({ id });
  tick(700);
  media.trackMediaError({ id, errorCode: 'E1', errorName: 'n', errorDescription: 'd' });
  tick(300);
  media.trackMediaBufferEnd({ id });
  media.trackMediaQualityChange({ id, newQuality: 'hi', bitrate: 128000, automatic: true });
  media.trackMediaQualityChange({ id, newQuality: 'lo', framesPerSecond: 25 });
  media.trackMediaFullscreenChange({ id, fullscreen: true });
  media.trackMediaPictureInPictureChange({ id, pictureInPicture: false });
  media.trackMediaAdBreakStart({ id, adBreak: { breakId: 'b', name: 'mid', podSize: 2 } });
  for (const adId of ['1', '2']) {
    media.trackMediaAdStart({ id, ad: { adId, duration: 10, skippable: true } });
    tick(2500);
    media.trackMediaAdFirstQuartile({ id });
    tick(1000);
    media.trackMediaAdClick({ id, percentProgress: 35.7 });
    media.trackMediaAdPause({ id, percentProgress: 36 });
    tick(1234);
    media.trackMediaAdResume({ id, percentProgress: 36 });
    media.trackMediaAdMidpoint({ id });
    media.trackMediaAdThirdQuartile({ id });
    tick(10);
    if (adId === '1') media.trackMediaAdComplete({ id });
  }
  media.trackMediaAdSkip({ id, percentProgress: 80 });
  media.trackMediaAdBreakEnd({ id });
  media.trackMediaSelfDescribingEvent({ id, event: { schema: READING, data: { n: 5 } } });
  media.updateMediaTracking({ id, player: { currentTime: 60 } });
  media.trackMediaEnd({ id, player: { currentTime: 100 } });
  media.trackMediaVolumeChange({ id, previousVolume: 1, newVolume: 0 });
  media.endMediaTracking({ id });
  tick(100000);
}

function activity() {
  sp.enableActivityTracking({ minimumVisitLength: 5, heartbeatDelay: 10 });
  sp.setCustomUrl('https://kiosk.example.com/menu');
  sp.setReferrerUrl('https://kiosk.example.com/');
  let position = [0, 0];
  Object.defineProperty(window, 'pageXOffset', { get: () => position[0] });
  Object.defineProperty(window, 'pageYOffset', { get: () => position[1] });
  sp.trackPageView({ title: 'Menü' });
  for (let second = 1; second <= 60; second++) {
    tick(1000);
    if ([2, 14, 16, 41].includes(second)) sp.updatePageActivity();
    if ([3, 13, 17].includes(second)) {
      position = [second, 100 - second];
      document.dispatchEvent(new Event('scroll'));
    }
  }
}

for (const part of [screenViews, sales, show, activity]) part();
sp.setUserId('u?>1');
const link = document.querySelector('a');
link.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
const request = new XMLHttpRequest();
request.open('POST', '/com.snowplowanalytics.snowplow/tp2', false);
request.send(JSON.stringify({ data: [{ link: link.href }, ...events] }));
document.title = 'done';
