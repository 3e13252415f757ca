// Every list, for the printer.
const lists = [];
const PRINTED = 1000;

// A list of which only what is on the screen exists as elements; on paper, its first rows.
class Rows {
  // fill(row, index) writes an item into a row's element; rowAttributes are those of every row.
  constructor(viewport, { height, make, fill, onKey, onPick }) {
    Object.assign(this, { viewport, height, make, fill, onPick });
    this.length = 0;
    this.focused = 0;
    this.pool = [];
    this.isPrinting = false;
    this.note = element("p", { class: "print-note" });
    lists.push(this);
    this.canvas = element("div", { class: "canvas", role: "presentation" });
    viewport.append(this.canvas);
    viewport.addEventListener("scroll", () => this.draw(), { passive: true });
    viewport.addEventListener("keydown", (event) => { if (!onKey?.(event)) this.key(event); });
    new ResizeObserver(() => this.draw()).observe(viewport);
  }

  reset(length) {
    this.length = length;
    this.focused = Math.min(this.focused, Math.max(0, length - 1));
    this.canvas.style.height = `${length * this.height}px`;
    this.draw(true);
  }

  draw(isStale = false) {
    const { viewport, height, length, pool } = this;
    const top = this.isPrinting ? 0 : viewport.scrollTop;
    const size = this.isPrinting ? PRINTED * height : viewport.clientHeight + 4 * height;
    const first = Math.max(0, Math.floor(top / height) - 4);
    const last = Math.min(length, Math.ceil((top + size) / height));
    const needed = Math.max(0, last - first);
    while (pool.length < needed) {
      const row = this.make();
      row.shown = -1;
      row.addEventListener("click", () => { this.focus(row.shown); this.onPick?.(row.shown); });
      pool.push(row);
      this.canvas.append(row);
    }
    // A row keeps its item while that is on the screen: the focus stays where it is.
    for (const [slot, row] of pool.entries()) {
      const offset = pool.length ? (slot - (first % pool.length) + pool.length) % pool.length : 0;
      const index = first + offset;
      row.hidden = index >= last;
      if (row.hidden) { row.shown = -1; continue; }
      if (row.shown !== index || isStale) {
        row.shown = index;
        row.style.transform = `translateY(${index * height}px)`;
        row.setAttribute("aria-rowindex", index + 2);
        this.fill(row, index);
      }
      row.tabIndex = index === this.focused ? 0 : -1;
      row.classList.toggle("focused", index === this.focused);
    }
  }

  print(isPrinting) {
    const { pool, length } = this;
    if (isPrinting && !this.isPrinting) this.kept = pool.length;
    this.isPrinting = isPrinting;
    if (!isPrinting) for (const row of pool.splice(this.kept)) row.remove();
    this.draw(true);
    this.note.textContent = `The first ${PRINTED.toLocaleString("en")} of ${length.toLocaleString("en")} are printed.`;
    if (isPrinting && length > PRINTED) this.viewport.after(this.note);
    else this.note.remove();
  }

  focus(index, takesFocus = true) {
    if (!this.length) return;
    this.focused = Math.max(0, Math.min(this.length - 1, index));
    const top = this.focused * this.height;
    const { viewport } = this;
    if (top < viewport.scrollTop) viewport.scrollTop = top;
    else if (top + this.height > viewport.scrollTop + viewport.clientHeight)
      viewport.scrollTop = top + this.height - viewport.clientHeight;
    this.draw();
    if (takesFocus) this.pool.find((row) => row.shown === this.focused)?.focus({ preventScroll: true });
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.viewport.clientHeight / this.height) - 1);
    const steps = {
      ArrowDown: this.focused + 1, ArrowUp: this.focused - 1, PageDown: this.focused + page,
      PageUp: this.focused - page, Home: 0, End: this.length - 1,
    };
    if (event.key in steps) this.focus(steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.onPick?.(this.focused);
    else return;
    event.preventDefault();
  }
}
