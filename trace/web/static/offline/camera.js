// Reads the code of a stamp with the camera into the field beside the button that was pressed. Where there is
// no camera, no leave to use it or no light, the field is typed as ever.
const WASM = new URL("../vendor/zxing/zxing_reader.wasm", import.meta.url).href;
const BETWEEN_MS = 120;
const CODE = /^[0-9A-Z]{8,40}$/;

// A function from a video to the text of a square code in it: the browser's own reader, else ours.
async function reader() {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const own = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await own.detect(video))[0]?.rawValue ?? "";
  }
  const { prepareZXingModule, readBarcodes } = await import("../vendor/zxing/reader/index.js");
  await prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  const drawn = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    drawn.drawImage(video, 0, 0);
    const found = await readBarcodes(drawn.getImageData(0, 0, canvas.width, canvas.height), { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    return found[0]?.text ?? "";
  };
}

// The code of a stamp's address, its last part; nothing where that is no code.
function codeIn(text) {
  const last = text.trim().split(/[?#]/)[0].split("/").filter(Boolean).at(-1) ?? "";
  return CODE.test(last.toUpperCase()) ? last.toUpperCase() : "";
}

for (const button of document.querySelectorAll("button[data-scans]")) {
  button.hidden = !navigator.mediaDevices?.getUserMedia;
  button.addEventListener("click", () => look(button));
}

async function look(button) {
  const place = document.getElementById("may-anh");
  const [video, said] = [place.querySelector("video"), place.querySelector("p")];
  const field = document.getElementById(button.dataset.scans);
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    return tell(place, said, place.dataset.none);
  }
  place.hidden = false;
  video.hidden = false;
  said.textContent = button.dataset.ask;
  video.srcObject = stream;
  const over = new AbortController();
  place.querySelector("button").addEventListener("click", () => over.abort(), { once: true });
  try {
    await video.play();
    place.scrollIntoView({ block: "nearest" });
    const code = await seen(await reader(), video, over.signal);
    if (code) put(field, code);
    place.hidden = true;
  } catch {
    tell(place, said, place.dataset.none);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function seen(read, video, over) {
  while (!over.aborted) {
    const code = codeIn(await read(video));
    if (code) return code;
    await new Promise((done) => setTimeout(done, BETWEEN_MS));
  }
  return "";
}

function put(field, code) {
  field.value = code;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  navigator.vibrate?.(80);
  const next = document.querySelector(`button[data-scans="${field.dataset.then ?? ""}"]`);
  (next && !document.getElementById(next.dataset.scans).value ? next : field.form.querySelector("button.primary")).focus();
}

function tell(place, said, text) {
  place.hidden = false;
  place.querySelector("video").hidden = true;
  said.textContent = text;
}
