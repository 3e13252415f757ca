// The run, as the tool wrote it: columns, with -1 for what is not known.
const run = JSON.parse(document.getElementById("run").textContent);

const processCount = run.processes.pid.length;
const connectionCount = run.connections.process.length;

// Every image that a process became; what it was forked with where it became none.
const imagesOf = (process) => {
  const images = run.processes.images[process];
  return images === -1 ? [] : typeof images === "number" ? [images] : images;
};

const lastImage = (process) => {
  const images = imagesOf(process);
  return images.length ? images[images.length - 1] : -1;
};

const pathOf = (image) => (image === -1 ? "?" : run.paths[run.images[image][0]]);
const commandOf = (image) => (image === -1 ? "" : run.images[image][1]);
const baseName = (path) => path.slice(path.lastIndexOf("/") + 1) || path;
const nameOf = (process) => baseName(pathOf(lastImage(process)));
const startOf = (process) => run.processes.start[process];
const endOf = (process) => {
  const duration = run.processes.duration[process];
  return duration === -1 ? run.duration : run.processes.start[process] + duration;
};
const testName = (test) => (test === -1 ? null : run.tests[test][2]);

// Who forked whom, as linked lists: 100,000 arrays would cost more than the data.
const firstChild = new Int32Array(processCount).fill(-1);
const nextSibling = new Int32Array(processCount).fill(-1);
const roots = [];
{
  const lastChild = new Int32Array(processCount).fill(-1);
  for (let process = 0; process < processCount; process++) {
    const parent = run.processes.parent[process];
    if (parent < 0 || parent >= processCount || parent === process) roots.push(process);
    else if (lastChild[parent] === -1) firstChild[parent] = lastChild[parent] = process;
    else lastChild[parent] = nextSibling[lastChild[parent]] = process;
  }
}

// The connections and violations of each process that has any.
const connectionsOf = new Map();
for (let connection = 0; connection < connectionCount; connection++) {
  const process = run.connections.process[connection];
  if (!connectionsOf.has(process)) connectionsOf.set(process, []);
  connectionsOf.get(process).push(connection);
}
const violationsOf = new Map();
run.violations.forEach((violation, index) => {
  for (const process of violation.processes) {
    if (!violationsOf.has(process)) violationsOf.set(process, []);
    violationsOf.get(process).push(index);
  }
});
