// The query editor: YASGUI on this site's endpoint, with its prefixes, terms and questions. The
// plain form on the page does without it.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import "./editor.css";

const { Yasqe } = Yasgui;
const host = document.querySelector("[data-editor]");
const data = JSON.parse(document.getElementById(host.dataset.editor).textContent);
const form = document.querySelector("form.box");
const answer = document.querySelector("section.answer");
const endpoint = new URL(data.endpoint, location.href).href;

// The package's own completions ask servers elsewhere; these ask nobody.
const iriOf = (curie) => {
  const [prefix, name] = [curie.slice(0, curie.indexOf(":")), curie.slice(curie.indexOf(":") + 1)];
  return prefix in data.prefixes ? data.prefixes[prefix] + name : curie;
};
const inPosition = {
  class: (yasqe) => {
    const token = yasqe.getCompleteToken();
    if (/^[?$]/.test(token.string)) return false;
    const before = yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token);
    return ["a", "rdf:type"].includes(before.state.lastProperty);
  },
  property: (yasqe) => {
    const token = yasqe.getCompleteToken();
    return token.string.length > 0 && !/^[?$]/.test(token.string) && token.state.possibleCurrent.includes("a");
  },
};
const unfinished = (yasqe, token) => {
  const [prefix] = token.string.split(":");
  const typed = token.string.startsWith("<") ? token.string.slice(1)
    : token.string.includes(":") ? (data.prefixes[prefix] ?? "") + token.string.slice(prefix.length + 1) : "";
  return { ...token, autocompletionString: typed, tokenPrefix: `${prefix}:`, tokenPrefixUri: data.prefixes[prefix] };
};
for (const [name, terms] of [["class", data.classes], ["property", data.properties]]) {
  const iris = terms.map(iriOf);
  Yasqe.registerAutocompleter({
    name, bulk: false, persistenceId: null, isValidCompletionPosition: inPosition[name],
    preProcessToken: unfinished,
    get: (yasqe, token) => {
      const typed = token?.autocompletionString ?? "";
      const plain = (token?.string ?? "").replace(/^</, "").toLowerCase();
      return iris.filter((iri, place) => (typed ? iri.startsWith(typed) : terms[place].toLowerCase().includes(plain)));
    },
    postProcessSuggestion: (yasqe, token, iri) => {
      const found = Object.entries(data.prefixes).find(([, base]) => base && iri.startsWith(base));
      return found ? `${found[0]}:${iri.slice(found[1].length)}` : `<${iri}>`;
    },
  }, true);
}
Yasqe.registerAutocompleter({
  ...Yasqe.Autocompleters.prefixes, bulk: true, persistenceId: null,
  get: () => Object.entries(data.prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`),
}, true);
Yasqe.defaults.autocompleters = ["prefixes", "class", "property", "variables"];

const editor = new Yasgui(host, {
  requestConfig: { endpoint, method: "GET", acceptHeaderSelect: "application/sparql-results+json" },
  copyEndpointOnNewTab: true,
  endpointCatalogueOptions: { getData: () => [{ endpoint }], keys: [], renderItem: () => undefined },
  populateFromUrl: false,
  // What was typed is not kept in the browser: an address with the query can be.
  persistenceId: null,
  yasr: { prefixes: data.prefixes },
  yasqe: { value: data.query, createShareableLink: (yasqe) => addressOf(yasqe.getValue()), resizeable: true },
});
/** Return *query* with declarations of the prefixes it uses: the server knows them, the editor asks. */
function declared(query) {
  const plain = query.replace(/#[^\n]*|"[^"\n]*"|<[^>\s]*>/g, " ");
  const stated = new Set([...query.matchAll(/\bPREFIX\s+([\w-]*):/gi)].map((found) => found[1]));
  const used = new Set([...plain.matchAll(/(?<![\w?$:-])([a-z][\w-]*):/g)].map((found) => found[1]));
  const lines = [...used].filter((prefix) => prefix in data.prefixes && !stated.has(prefix)).sort()
    .map((prefix) => `PREFIX ${prefix}: <${data.prefixes[prefix]}>`);
  return [...lines, query].join("\n");
}
function addressOf(query) {
  const address = new URL(location.pathname, location.href);
  address.searchParams.set("query", query);
  return address.href;
}
const tab = () => editor.getTab();
tab().setQuery(declared(data.query));
form.hidden = true;
editor.on("query", () => { if (answer) answer.hidden = true; });

// A question becomes the query of the open tab.
const choice = document.querySelector("select[data-examples]");
choice.addEventListener("change", () => {
  const example = data.examples[choice.value];
  if (example) tab().setQuery(declared(example));
});
choice.closest("[hidden]").hidden = false;
// What the package draws leads to this site's pages, and has the names that it leaves out.
function mend() {
  for (const anchor of host.querySelectorAll(`a[href^="${data.entities}"]`)) {
    anchor.setAttribute("href", `/page/${anchor.getAttribute("href").slice(data.entities.length)}`);
    anchor.removeAttribute("target");
  }
  const unnamed = { ".CodeMirror textarea": data.texts.query, "select.tableSizer": data.texts.rows,
    "input.tableFilter": data.texts.filter };
  for (const [which, name] of Object.entries(unnamed)) {
    for (const field of host.querySelectorAll(which)) field.setAttribute("aria-label", name);
  }
  for (const code of host.querySelectorAll(".CodeMirror-scroll[tabindex='-1']")) code.tabIndex = 0;
  for (const title of host.querySelectorAll("th .dt-column-title:empty")) title.textContent = "#";
}
new MutationObserver(mend).observe(host, { childList: true, subtree: true });
mend();
