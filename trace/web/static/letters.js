// The letters of the working faces: what is read first does not wait for them.
const HERE = "nongsan-letters"; // they are on this device

const wear = () => document.documentElement.classList.add("lettered");
const keepIn = () => {
  try {
    return window.localStorage;
  } catch {
    return null; // storage is shut off: they come after the first paint each time
  }
};

if (keepIn()?.getItem(HERE)) wear();
else
  addEventListener("load", () => {
    wear();
    document.fonts.ready.then(() => keepIn()?.setItem(HERE, "1"));
  });
