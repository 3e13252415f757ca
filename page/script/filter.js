// What is asked of the processes; empty texts ask nothing.
const filter = { text: "", test: "", program: "", destination: "", level: "", violations: false };

const isFiltered = () => Object.values(filter).some(Boolean);

// Words are looked for as they are, in any case; * stands for anything.
const matcher = (text) => {
  const words = text.toLowerCase().split("*");
  if (words.length === 1) return (candidate) => candidate.toLowerCase().includes(words[0]);
  return (candidate) => {
    let from = 0;
    const lower = candidate.toLowerCase();
    for (const word of words) {
      const at = lower.indexOf(word, from);
      if (at < 0) return false;
      from = at + word.length;
    }
    return true;
  };
};

// 2: matches, 1: leads to one that does, 0: neither.
const matchProcesses = () => {
  const marks = new Uint8Array(processCount);
  const { processes, connections } = run;
  const byImage = (test) => run.images.map(test);
  const text = filter.text && matcher(filter.text);
  const program = filter.program && matcher(filter.program);
  const textImages = text && byImage((image) => text(image[1]) || text(run.paths[image[0]]));
  const programPaths = program && run.paths.map((path) => program(filter.program.includes("/") ? path : baseName(path)));
  const tests = filter.test && run.tests.map((test) => matcher(filter.test)(test[2]));
  let reached = null;
  if (filter.destination) {
    const destinations = run.destinations.map(matcher(filter.destination));
    reached = new Uint8Array(processCount);
    for (let flow = 0; flow < run.flows.process.length; flow++)
      if (destinations[run.flows.destination[flow]] && run.flows.process[flow] >= 0) reached[run.flows.process[flow]] = 1;
    for (let connection = 0; connection < connectionCount; connection++)
      if (destinations[connections.destination[connection]] && connections.process[connection] >= 0)
        reached[connections.process[connection]] = 1;
  }
  const level = filter.level ? run.levels.indexOf(filter.level) : -1;
  let matched = 0;
  for (let process = 0; process < processCount; process++) {
    const images = imagesOf(process);
    if (textImages && !images.some((image) => textImages[image]) && !String(processes.pid[process]).includes(filter.text)) continue;
    if (programPaths && !images.some((image) => programPaths[run.images[image][0]])) continue;
    if (tests && !(processes.test[process] >= 0 && tests[processes.test[process]])) continue;
    if (reached && !reached[process]) continue;
    if (level >= 0 && processes.level[process] !== level) continue;
    if (filter.violations && !violationsOf.has(process)) continue;
    marks[process] = 2;
    matched++;
    for (let parent = processes.parent[process]; parent >= 0 && !marks[parent]; parent = processes.parent[parent])
      marks[parent] = 1;
  }
  return { marks, matched };
};
