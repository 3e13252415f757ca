// Elements are made one by one and text is only ever text: nothing in the run can become markup.
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
};

const say = (text) => { document.getElementById("said").textContent = text; };

const count = (number, noun, plural = noun + "s") =>
  `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;

const durationText = (microseconds) => {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1e6) return `${(microseconds / 1000).toFixed(1)} ms`;
  if (microseconds < 6e7) return `${(microseconds / 1e6).toFixed(2)} s`;
  return `${Math.floor(microseconds / 6e7)} min ${Math.floor((microseconds / 1e6) % 60)} s`;
};

const bytesText = (bytes) => {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1000 && unit < 3) { bytes /= 1000; unit++; }
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
};

const exitText = (status) =>
  status === null ? "no end seen" : typeof status === "string" ? status : `exit ${status}`;

// The clipboard of the browser, else the older way, which works where the page has no right to it.
const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "aside", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) { say("The browser does not let this page copy: select the text."); return false; }
  }
  say(`Copied: ${text}`);
  return true;
};

const copyLine = (label, text) => element("div", { class: "copy" },
  element("span", { class: "label" }, label), element("code", {}, text),
  element("button", {
    type: "button", "aria-label": `Copy ${text}`,
    onclick: async ({ currentTarget: button }) => {
      if (!(await copyText(text))) return;
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    },
  }, "copy"));
