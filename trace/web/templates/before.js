// What is known of a page before it is drawn, so that nothing moves under a finger afterwards: whether its letters
// are on the device, and how high the line about the network is.
const LETTERS = "nongsan-letters";
const BAND = "nongsan-band";

const root = document.documentElement;
const kept = (() => {
  try {
    return window.localStorage;
  } catch {
    return null; // storage is shut off: letters come after the first paint each time
  }
})();
const wear = () => root.classList.add("lettered");

if (kept?.getItem(LETTERS)) wear();
else
  addEventListener("load", () => {
    wear();
    document.fonts.ready.then(() => kept?.setItem(LETTERS, "1"));
  });

const high = Number(kept?.getItem(BAND));
if (high) {
  root.style.setProperty("--band", `${high}px`);
  root.classList.add("banded");
}
