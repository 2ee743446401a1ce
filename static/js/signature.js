// A signature drawn with a finger: a canvas in place of the tick, whose lines become the file that the form sends.
const forms = () => document.querySelectorAll("form.signature:not([data-canvas])");

export function offerCanvas() {
  for (const form of forms()) {
    form.dataset.canvas = "yes";
    const file = form.querySelector("input[name=drawing]"), tick = form.querySelector("input[name=typed]")?.closest(".field");
    const canvas = Object.assign(document.createElement("canvas"), { width: 900, height: 300 });
    canvas.setAttribute("aria-label", "Sign here with a finger");
    canvas.setAttribute("role", "img");
    const again = Object.assign(document.createElement("button"), { type: "button", className: "press soft", textContent: "Wipe it and sign again" });
    const pen = canvas.getContext("2d");
    again.onclick = () => wipe(canvas, pen, file);
    tick?.before(canvas, again);
    draw(canvas, pen, file);
    form.addEventListener("reset", () => wipe(canvas, pen, file));
  }
}

function wipe(canvas, pen, file) {
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  delete canvas.dataset.drawn;
  file.value = "";
}

function draw(canvas, pen, file) {
  wipe(canvas, pen, file);
  Object.assign(pen, { lineWidth: 5, lineCap: "round", lineJoin: "round", strokeStyle: "black" });
  let down = false;
  const place = ({ offsetX, offsetY }) => [(offsetX * canvas.width) / canvas.clientWidth, (offsetY * canvas.height) / canvas.clientHeight];
  canvas.onpointerdown = (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
  };
  canvas.onpointermove = (event) => {
    if (!down) return;
    pen.lineTo(...place(event));
    pen.stroke();
    canvas.dataset.drawn = "yes";
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (!down) return;
    down = false;
    if (canvas.dataset.drawn) canvas.toBlob((blob) => give(file, blob), "image/png");
  };
}

// A chooser takes files from a person or from a DataTransfer; this is the latter.
function give(file, blob) {
  const given = new DataTransfer();
  given.items.add(new File([blob], "signature.png", { type: "image/png" }));
  file.files = given.files;
}
