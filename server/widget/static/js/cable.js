// What happens, as it happens: one subscription over the desk's socket. It comes
// back by itself, and says when it does, so that what was missed can be read.
const PATIENCE = 9000; // the server is heard every three seconds
const PRESENT = 20000;

export function follow(pubsub, { event, up, down }) {
  const identifier = JSON.stringify({ channel: "RoomChannel", pubsub_token: pubsub });
  const address = location.origin.replace(/^http/, "ws") + "/cable";
  let socket, tries = 0, watch, beat, again, over = false, live = false;

  const say = (command, data) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ command, identifier, data }));
  const hear = () => { clearTimeout(watch); watch = setTimeout(lost, PATIENCE); };

  function lost() {
    clearTimeout(watch); clearInterval(beat); clearTimeout(again);
    if (socket) { socket.onopen = socket.onmessage = socket.onclose = null; socket.close(); socket = null; }
    if (live) { live = false; down(); }
    if (over) return;
    const wait = Math.min(20000, 500 * 2 ** tries++) * (0.7 + Math.random() * 0.6);
    again = setTimeout(open, wait);
  }

  function open() {
    clearTimeout(again);
    if (socket || over) return;
    socket = new WebSocket(address, ["actioncable-v1-json"]);
    socket.onclose = lost;
    socket.onmessage = ({ data }) => {
      hear();
      const frame = JSON.parse(data);
      switch (frame.type) {
        case "welcome": say("subscribe"); break;
        case "confirm_subscription":
          tries = 0; live = true;
          beat = setInterval(() => say("message", '{"action":"update_presence"}'), PRESENT);
          up();
          break;
        case "reject_subscription": over = true; lost(); break;
        case "disconnect": lost(); break;
        case undefined: if (frame.message) event(frame.message.event, frame.message.data);
      }
    };
    hear();
  }

  const online = () => { tries = 0; if (!live) { lost(); open(); } };
  window.addEventListener("online", online);
  window.addEventListener("offline", lost);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !live) online(); });
  open();
  return () => { over = true; lost(); };
}
