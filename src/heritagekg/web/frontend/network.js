// Draws a network from JSON that stands in the page: in the explorer, and in a file of its own.
//
//   <div data-network="ties"></div>
//   <script type="application/json" id="ties">{ "nodes": [...], "edges": [...] }</script>
//
// nodes  id, label, kind; href; x, y (all or none: without them they are laid out here); size;
//        focus: true for the one that the network is about
// edges  source, target (ids), label; from, until ("YYYY-MM-DD", the bounds within which the tie
//        possibly held; absent = open); when (the dates in words); weight;
//        sources: [{ label, href }]; weak: true for one drawn only for a node pointed at
// kinds  { kind: its name }, in the order of the legend
// at     "YYYY-MM-DD": the day to begin with
// texts  words of the interface, those of TEXTS below
//
// `window.heritagekg.network(element, data)` does the same for an element at hand; it returns
// { renderer, graph, select(id), show({ kinds, year }) }.
import { UndirectedGraph } from "graphology";
import forceAtlas2 from "graphology-layout-forceatlas2";
import Sigma from "sigma";
import "./network.css";

const TEXTS = {
  search: "Find in the network",
  kinds: "Kinds",
  year: "Year",
  everyYear: "all years",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  whole: "Show the whole network",
  close: "Close",
  sources: "Sources",
  picture: "Network of {nodes} things and {edges} ties",
  noWebGL: "This browser cannot draw networks (it has no WebGL). The table has the same ties.",
};
// Colours that people with any colour vision tell apart (Okabe and Ito), by place in the legend.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7a5195", "#999999"];

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Return whether the tie possibly held on some day of *year*. */
function heldIn(tie, year) {
  return (!tie.from || tie.from <= `${year}-12-31`) && (!tie.until || tie.until >= `${year}-01-01`);
}

/** Only the web's own addresses become links, so that no `javascript:` in the data does. */
function link(href, label) {
  const safe = href && (/^https?:\/\//.test(href) || (href.startsWith("/") && !href.startsWith("//")));
  return safe ? element("a", { href }, label) : document.createTextNode(label);
}

/** Return *label* cut after a word, so that names do not run over each other. */
function shortened(label) {
  if (label.length <= 34) return label;
  return `${label.slice(0, 33).replace(/[\s,:;.–-]+\S{0,12}$/, "")}…`;
}

/** Return the graph that is drawn: ties between the same two things are one edge. */
function graphOf(data, kinds) {
  const graph = new UndirectedGraph();
  data.nodes.forEach((node, place) => {
    const angle = place * Math.PI * (3 - Math.sqrt(5));
    graph.mergeNode(node.id, {
      label: shortened(node.label),
      kind: node.kind,
      node,
      x: node.x ?? Math.sqrt(place + 1) * Math.cos(angle),
      y: node.y ?? Math.sqrt(place + 1) * Math.sin(angle),
      color: COLOURS[Math.max(0, kinds.indexOf(node.kind)) % COLOURS.length],
    });
  });
  for (const tie of data.edges) {
    if (!graph.hasNode(tie.source) || !graph.hasNode(tie.target) || tie.source === tie.target) continue;
    const known = graph.edge(tie.source, tie.target);
    if (known) graph.getEdgeAttribute(known, "ties").push(tie);
    else graph.addEdge(tie.source, tie.target, { ties: [tie] });
  }
  graph.forEachNode((id, { node }) => {
    const size = node.size ?? Math.min(16, 3.5 + 1.6 * Math.sqrt(graph.degree(id)));
    graph.setNodeAttribute(id, "size", node.focus ? Math.max(size, 10) : size);
  });
  graph.forEachEdge((key, { ties }) => {
    const weight = ties.reduce((sum, tie) => sum + (tie.weight ?? 1), 0);
    graph.setEdgeAttribute(key, "size", Math.min(6, 1 + Math.log2(weight)));
    graph.setEdgeAttribute(key, "weak", ties.every((tie) => tie.weak));
  });
  return graph;
}

function layOut(graph) {
  const settings = { ...forceAtlas2.inferSettings(graph), adjustSizes: false, linLogMode: graph.order < 800 };
  const iterations = Math.max(60, Math.min(500, Math.round(150_000 / Math.max(1, graph.order))));
  forceAtlas2.assign(graph, { iterations, settings });
}

export function network(host, data) {
  const texts = { ...TEXTS, ...data.texts };
  const present = new Set(data.nodes.map((node) => node.kind));
  const named = Object.keys(data.kinds ?? {}).filter((kind) => present.has(kind));
  const kinds = [...named, ...[...present].filter((kind) => !named.includes(kind))];
  const graph = graphOf(data, kinds);
  const years = data.edges.flatMap((tie) => [tie.from, tie.until]).filter(Boolean)
    .map((day) => Number(day.slice(0, 4)));
  const first = Math.min(...years);
  const last = Math.max(...years);
  const state = { kinds: new Set(kinds), year: null, selected: null, hovered: null };
  if (data.at && years.length) state.year = Math.min(last, Math.max(first, Number(data.at.slice(0, 4))));

  host.classList.add("network");
  const canvas = element("div", { class: "network-canvas" });
  const detail = element("aside", { class: "network-detail", hidden: true, "aria-live": "polite" });
  const stage = element("div", { class: "network-stage" }, canvas, detail);
  const tools = element("div", { class: "network-tools" });
  host.replaceChildren(tools, stage);
  if (graph.order === 0) return null;
  if (!document.createElement("canvas").getContext("webgl2")) {
    stage.replaceChildren(element("p", { class: "network-told", role: "status" }, texts.noWebGL));
    return null;
  }
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label",
    texts.picture.replace("{nodes}", graph.order).replace("{edges}", data.edges.length));
  if (data.nodes.some((node) => node.x === undefined || node.y === undefined)) layOut(graph);

  const tiesOf = (ties) => ties.filter((tie) => state.year === null || heldIn(tie, state.year));
  const isShown = (id) => {
    const { kind, node } = graph.getNodeAttributes(id);
    if (!state.kinds.has(kind)) return false;
    if (state.year === null || node.focus) return true;
    return graph.someEdge(id, (key, { ties }) => tiesOf(ties).length > 0);
  };
  const style = getComputedStyle(host);
  const ink = () => style.getPropertyValue("--network-ink").trim();
  const line = () => style.getPropertyValue("--network-tie").trim();

  // Before the picture, which takes the room that they leave.
  tools.append(...controls({ data, graph, kinds, texts, state, first, last, hasYears: years.length > 0,
    refresh: () => redraw(), goTo: (id) => goTo(id) }));
  const renderer = new Sigma(graph, canvas, {
    allowInvalidContainer: true,
    labelColor: { color: ink() },
    labelFont: "system-ui, sans-serif",
    labelSize: 13,
    labelDensity: 0.5,
    labelGridCellSize: 120,
    labelRenderedSizeThreshold: 5,
    stagePadding: 60,
    zIndex: true,
    // The package draws a white box under a pointed-at label, which is unreadable at night.
    defaultDrawNodeHover: (context, node, settings) => {
      if (!node.label) return;
      context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
      const width = context.measureText(node.label).width;
      context.fillStyle = style.getPropertyValue("--network-paper").trim();
      context.fillRect(node.x + node.size + 1, node.y - 11, width + 8, 22);
      context.fillStyle = ink();
      context.fillText(node.label, node.x + node.size + 4, node.y + 5);
    },
    nodeReducer: (id, attributes) => {
      if (!isShown(id)) return { ...attributes, hidden: true };
      const centre = state.hovered ?? state.selected;
      if (attributes.node.focus || id === centre) return { ...attributes, forceLabel: true, zIndex: 2 };
      if (centre === null) return attributes;
      if (graph.areNeighbors(id, centre)) return { ...attributes, forceLabel: true, zIndex: 1 };
      return { ...attributes, color: line(), label: "", zIndex: 0 };
    },
    edgeReducer: (key, attributes) => {
      const [source, target] = graph.extremities(key);
      const hidden = !isShown(source) || !isShown(target) || !tiesOf(attributes.ties).length;
      const centre = state.hovered ?? state.selected;
      const strong = centre === source || centre === target;
      if (hidden || (attributes.weak && !strong) || (centre !== null && !strong && graph.size > 400)) return { ...attributes, hidden: true };
      return { ...attributes, color: strong ? ink() : line(), zIndex: strong ? 1 : 0 };
    },
  });

  // What is told of a thing goes with the years that are shown.
  const redraw = () => {
    if (state.selected !== null) detail.replaceChildren(...described(state.selected));
    renderer.refresh();
  };
  const select = (id) => {
    state.selected = id;
    detail.hidden = id === null;
    if (id !== null) detail.replaceChildren(...described(id));
    renderer.refresh();
  };

  function described(id) {
    const { node, kind } = graph.getNodeAttributes(id);
    const entries = [];
    graph.forEachEdge(id, (key, { ties }, source, target) => {
      const other = graph.getNodeAttribute(source === id ? target : source, "node");
      for (const tie of tiesOf(ties)) {
        const entry = element("li", {}, tie.label ? `${tie.label}: ` : "", link(other.href, other.label));
        if (tie.when) entry.append(element("small", {}, tie.when));
        if (tie.sources?.length) {
          const sources = element("small", {}, `${texts.sources}: `);
          tie.sources.forEach((source, place) =>
            sources.append(place ? ", " : "", link(source.href, source.label)));
          entry.append(sources);
        }
        entries.push(entry);
      }
    });
    const close = element("button",
      { type: "button", class: "network-close", "aria-label": texts.close, onclick: () => select(null) }, "×");
    return [close, element("h2", {}, link(node.href, node.label)),
      element("p", {}, data.kinds?.[kind] ?? kind), element("ul", {}, ...entries)];
  }

  const goTo = (id) => {
    const { x, y } = renderer.getNodeDisplayData(id);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    renderer.getCamera().animate({ x, y, ratio: 0.5 }, { duration: still ? 0 : 400 });
    select(id);
  };

  const zoom = (label, text, move) =>
    element("button", { type: "button", "aria-label": label, title: label, onclick: move }, text);
  const camera = renderer.getCamera();
  stage.append(element("div", { class: "network-zoom" },
    zoom(texts.zoomIn, "+", () => camera.animatedZoom()),
    zoom(texts.zoomOut, "−", () => camera.animatedUnzoom()),
    zoom(texts.whole, "⤢", () => camera.animatedReset())));

  renderer.on("enterNode", ({ node }) => { state.hovered = node; renderer.refresh(); });
  renderer.on("leaveNode", () => { state.hovered = null; renderer.refresh(); });
  renderer.on("clickNode", ({ node }) => select(node));
  renderer.on("clickStage", () => select(null));
  host.addEventListener("keydown", (event) => { if (event.key === "Escape") select(null); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    renderer.setSetting("labelColor", { color: ink() });
  });
  const show = (wanted) => {
    if (wanted.kinds) state.kinds = new Set(wanted.kinds);
    if (wanted.year !== undefined) state.year = wanted.year;
    redraw();
  };
  return { renderer, graph, select, show };
}

/** Return the search box, the filter by kind and the slider of years. */
function controls({ data, graph, kinds, texts, state, first, last, hasYears, refresh, goTo }) {
  const made = [];
  const list = element("datalist", { id: `network-names-${Math.random().toString(36).slice(2)}` },
    ...data.nodes.map((node) => element("option", { value: node.label })));
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const search = element("input", {
    type: "search", list: list.id, placeholder: texts.search, "aria-label": texts.search, autocomplete: "off",
    onchange: () => {
      const wanted = plain(search.value.trim());
      const found = wanted && (data.nodes.find((node) => plain(node.label) === wanted)
        ?? data.nodes.find((node) => plain(node.label).includes(wanted)));
      if (found) goTo(found.id);
    },
  });
  made.push(element("div", {}, search, list));
  const filter = element("fieldset", {}, element("legend", { class: "network-unseen" }, texts.kinds));
  kinds.forEach((kind, place) => {
    const box = element("input", { type: "checkbox", checked: true, onchange: () => {
      if (box.checked) state.kinds.add(kind);
      else state.kinds.delete(kind);
      refresh();
    } });
    const swatch = element("span", { class: "network-swatch" });
    swatch.style.background = COLOURS[place % COLOURS.length];
    filter.append(element("label", {}, box, swatch, data.kinds?.[kind] ?? kind));
  });
  // Many kinds are folded away, for the picture needs the room.
  if (kinds.length > 6) made.push(element("details", {}, element("summary", {}, texts.kinds), filter));
  else if (kinds.length > 1) made.push(filter);
  if (hasYears && last > first) {
    // One step before the first year stands for all years.
    const output = element("output", {}, state.year ?? texts.everyYear);
    const slider = element("input", { type: "range", min: first - 1, max: last, value: state.year ?? first - 1,
      oninput: () => {
        state.year = Number(slider.value) < first ? null : Number(slider.value);
        output.textContent = state.year ?? texts.everyYear;
        slider.setAttribute("aria-valuetext", output.textContent);
        refresh();
      } });
    slider.setAttribute("aria-valuetext", output.textContent);
    made.push(element("label", {}, texts.year, slider, output));
  }
  return made;
}

window.heritagekg = { ...window.heritagekg, network };
for (const host of document.querySelectorAll("[data-network]")) {
  const source = document.getElementById(host.dataset.network);
  if (source) network(host, JSON.parse(source.textContent));
}
