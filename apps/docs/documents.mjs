/**
 * A typedoc plugin: Markdown pages are named by their first heading, guides stand before the packages and other pages behind
 * them, and the pages of the wire stand below its first one.
 */
import { Application } from 'typedoc';

const WIRE = 'The wire protocol';
const FIRST_BEHIND_PACKAGES = 'Architecture';

export function load(app) {
  // Early, so that typedoc sorts and groups what has its name and its place already.
  app.on(Application.EVENT_PROJECT_REVIVE, nameAndNest, 1000);
}

function nameAndNest(project) {
  const pages = [...(project.documents ?? [])];
  for (const page of pages) page.name = headingOf(page) ?? page.name;
  const wire = indexOf(pages, WIRE);
  for (const page of pages.slice(wire + 1)) {
    project.removeChild(page);
    page.parent = pages[wire];
    pages[wire].addChild(page);
  }
  const behind = indexOf(pages, FIRST_BEHIND_PACKAGES);
  project.childrenIncludingDocuments = [
    ...pages.slice(0, behind),
    ...project.children,
    ...pages.slice(behind, wire + 1),
  ];
}

function indexOf(pages, heading) {
  const index = pages.findIndex(({ name }) => name === heading);
  if (index < 0) throw new Error(`no page has the heading "${heading}"`);
  return index;
}

function headingOf({ content }) {
  const text = content.map((part) => part.text).join('');
  return /^# (.+)$/m.exec(text)?.[1];
}
