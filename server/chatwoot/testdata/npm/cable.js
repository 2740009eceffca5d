// Follows an account's events with @rails/actioncable and prints them, a JSON
// line each, until told to stop by the end of its input.
const cable = require("@rails/actioncable");
const WebSocket = require("ws");

// The library is written for browsers.
cable.adapters.WebSocket = WebSocket;
cable.adapters.logger = { log() {} };
global.document = { visibilityState: "visible", addEventListener() {}, removeEventListener() {} };
global.addEventListener = () => {};
global.removeEventListener = () => {};

const [url, ...identifiers] = process.argv.slice(2);
const print = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const consumer = cable.createConsumer(url);

identifiers.forEach((identifier, who) => {
  const subscription = consumer.subscriptions.create(JSON.parse(identifier), {
    connected({ reconnected }) {
      print({ who, what: "connected", reconnected });
      subscription.perform("update_presence");
    },
    disconnected: ({ willAttemptReconnect }) => print({ who, what: "disconnected", willAttemptReconnect }),
    rejected: () => print({ who, what: "rejected" }),
    received: ({ event, data }) => print({ who, what: event, data }),
  });
});

process.stdin.on("end", () => process.exit(0)).resume();
