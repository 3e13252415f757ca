// The part of the run that the bars show, in microseconds.
const span = { from: 0, to: Math.max(1, run.duration) };
const spanListeners = [];

const showSpan = (from, to) => {
  const whole = Math.max(1, run.duration);
  const width = Math.min(whole, Math.max(10, to - from));
  span.from = Math.max(0, Math.min(whole - width, from));
  span.to = span.from + width;
  for (const listener of spanListeners) listener();
};

const zoom = (factor, around = (span.from + span.to) / 2) =>
  showSpan(around - (around - span.from) * factor, around + (span.to - around) * factor);

const pan = (share) => {
  const step = (span.to - span.from) * share;
  showSpan(span.from + step, span.to + step);
};

// How many processes ran at each time, with the violations; dragging over it zooms in.
const overview = () => {
  const canvas = element("canvas", {
    height: 48, tabindex: 0, role: "img", id: "overview",
    "aria-label": `Processes over time, ${durationText(run.duration)} in all. Plus and minus zoom, arrows move, 0 shows all.`,
  });
  const pixel = (time) => (time / Math.max(1, run.duration)) * canvas.width;
  const time = (event) => (event.offsetX / canvas.clientWidth) * run.duration;
  let columns = null;

  const tally = () => {
    const changes = new Int32Array(canvas.width + 2);
    for (let process = 0; process < processCount; process++) {
      changes[Math.floor(pixel(startOf(process)))]++;
      changes[Math.min(canvas.width, Math.floor(pixel(endOf(process)))) + 1]--;
    }
    columns = new Int32Array(canvas.width);
    for (let column = 0, running = 0; column < canvas.width; column++) columns[column] = running += changes[column];
  };

  const draw = (dragged) => {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    context.clearRect(0, 0, width, height);
    const most = columns.reduce((left, right) => Math.max(left, right), 1);
    context.fillStyle = color("--bar");
    columns.forEach((running, column) => {
      const size = Math.ceil((running / most) * (height - 8));
      context.fillRect(column, height - size, 1, size);
    });
    context.fillStyle = color("--bad");
    for (const violation of run.violations) context.fillRect(pixel(violation.time) - 1, 0, 3, 8);
    context.fillStyle = color("--veil");
    const [from, to] = dragged ?? [span.from, span.to];
    context.fillRect(0, 0, pixel(from), height);
    context.fillRect(pixel(to), 0, width, height);
  };

  const resize = () => {
    if (!canvas.clientWidth) return;
    canvas.width = canvas.clientWidth;
    tally();
    draw();
  };
  new ResizeObserver(resize).observe(canvas);
  spanListeners.push(() => columns && draw());

  let anchor = null;
  canvas.addEventListener("pointerdown", (event) => { anchor = time(event); canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => {
    if (anchor !== null) draw([Math.min(anchor, time(event)), Math.max(anchor, time(event))]);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (anchor === null) return;
    const [from, to] = [Math.min(anchor, time(event)), Math.max(anchor, time(event))];
    anchor = null;
    if (to - from > run.duration / 500) showSpan(from, to); else draw();
  });
  canvas.addEventListener("dblclick", () => showSpan(0, run.duration));
  canvas.addEventListener("keydown", (event) => { if (zoomKey(event, true)) event.preventDefault(); });
  canvas.redraw = resize;
  return canvas;
};

// Whether a key zoomed or moved; arrows only where they do not choose rows.
const zoomKey = (event, takesArrows) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "+" || event.key === "=") zoom(0.5);
  else if (event.key === "-") zoom(2);
  else if (event.key === "0") showSpan(0, run.duration);
  else if (takesArrows && event.key === "ArrowLeft") pan(-0.25);
  else if (takesArrows && event.key === "ArrowRight") pan(0.25);
  else return false;
  return true;
};
