// Draws points on a map of the world without tiles: outlines of countries come from this site.
//
//   <div data-map="ID" data-outlines="/static/built/countries-110m.json"></div>
//   <script type="application/json" id="ID">{ "points": [...] }</script>
//
// points  label, latitude, longitude, kind; href, note; focus: true for the one to begin with
// kinds   { kind: its name }
// texts   zoomIn, zoomOut
import L from "leaflet";
import { feature } from "topojson-client";
import "./map.css";

const COLOURS = { conference: "#d55e00", this: "#d55e00" };
const OTHERS = "#0072b2";

/** Return *shape* with the rings that cross the date line in one piece, east of it. */
function unbroken(shape) {
  const mended = (ring) => {
    const crosses = ring.some(([east], place) => place && Math.abs(east - ring[place - 1][0]) > 180);
    return crosses ? ring.map(([east, north]) => [east < 0 ? east + 360 : east, north]) : ring;
  };
  for (const { geometry } of shape.features) {
    if (geometry?.type === "Polygon") geometry.coordinates = geometry.coordinates.map(mended);
    else if (geometry) geometry.coordinates = geometry.coordinates.map((polygon) => polygon.map(mended));
  }
  return shape;
}

function draw(host, data, outlines) {
  const style = getComputedStyle(host);
  const colour = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(host, {
    preferCanvas: true, attributionControl: false, zoomControl: false, worldCopyJump: true,
    minZoom: 1, maxZoom: 10, zoomSnap: 0.25, zoomDelta: 1, scrollWheelZoom: data.points.length > 1,
    zoomAnimation: !still, fadeAnimation: !still,
  });
  // Nothing can be drawn on a map that shows no place yet.
  map.setView([25, 10], 2);
  L.control.zoom({ zoomInTitle: data.texts?.zoomIn, zoomOutTitle: data.texts?.zoomOut }).addTo(map);
  const countries = L.geoJSON(unbroken(feature(outlines, outlines.objects.countries)), {
    interactive: false,
    style: () => ({ weight: 1, color: colour("--coast", "#b8ab98"), fillColor: colour("--land", "#f6f1e7"), fillOpacity: 1 }),
  }).addTo(map);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    countries.setStyle({ color: colour("--coast", "#b8ab98"), fillColor: colour("--land", "#f6f1e7") }));

  const markers = data.points.map((point) => {
    const marker = L.circleMarker([point.latitude, point.longitude], {
      radius: point.focus ? 8 : 5, weight: 1.5, color: colour("--card", "#fff"),
      fillColor: COLOURS[point.kind] ?? OTHERS, fillOpacity: 0.9,
    });
    const text = document.createElement("span");
    const name = document.createElement(point.href?.startsWith("/") ? "a" : "strong");
    if (point.href?.startsWith("/")) name.href = point.href;
    name.textContent = point.label;
    text.append(name);
    if (point.note) text.append(document.createElement("br"), point.note);
    return marker.bindPopup(text).bindTooltip(document.createTextNode(point.label).textContent
      .replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c])).addTo(map);
  });
  const focus = data.points.findIndex((point) => point.focus);
  if (data.points.length === 1) map.setView(markers[0].getLatLng(), 4);
  else if (focus >= 0) map.setView(markers[focus].getLatLng(), 5) && markers[focus].openPopup();
  else if (markers.length) map.fitBounds(L.featureGroup(markers).getBounds(), { maxZoom: 5, padding: [20, 20] });

  const kinds = Object.entries(data.kinds ?? {});
  if (kinds.length > 1) {
    const legend = L.control({ position: "bottomleft" });
    legend.onAdd = () => {
      const box = document.createElement("div");
      box.className = "map-legend";
      for (const [kind, name] of kinds) {
        const line = document.createElement("span");
        const dot = document.createElement("i");
        dot.style.background = COLOURS[kind] ?? OTHERS;
        line.append(dot, name);
        box.append(line);
      }
      return box;
    };
    legend.addTo(map);
  }
  return map;
}

const outlines = {};
async function begin(host) {
  const { outlines: address, map: id } = host.dataset;
  outlines[address] ??= fetch(address).then((answer) => answer.json());
  draw(host, JSON.parse(document.getElementById(id).textContent), await outlines[address]);
}
// Outlines are fetched when the map comes into sight.
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    begin(target);
  }
}, { rootMargin: "200px" });
document.querySelectorAll("[data-map]").forEach((host) => seen.observe(host));
