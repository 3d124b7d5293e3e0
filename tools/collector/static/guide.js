// How to send the first event; and the faults that are simulated.
import { byId } from "./dom.js";
import { whole } from "./format.js";

export function showGuide({ addresses, faults, faulted }) {
  const address = addresses.board || addresses.listens;
  byId("curl").textContent = `curl '${location.origin}/i?e=se&p=iot&tv=curl&aid=desk`
    + "&se_ca=test&se_ac=hello&se_pr=temperature&se_va=21.5'";
  byId("config").textContent = `"collector": "${address}"`;
  byId("local").hidden = !addresses.loopback;
  byId("faults").hidden = !faults.length;
  byId("faults").textContent = `Simulating an outage: --fault ${faults.join(" --fault ")}. `
    + `${whole(faulted)} requests were affected so far.`;
}
