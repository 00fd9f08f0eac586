/** Builds elements. Text is always set as text: what a sender wrote can never become markup. */
export type Child = Node | string | number | null | undefined | false | Child[];
export interface Props {
  class?: string;
  text?: string;
  title?: string;
  on?: Record<string, (event: Event) => void>;
  data?: Record<string, string>;
  style?: Record<string, string>;
  [attribute: string]: unknown;
}

function set(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false || name === 'on' || name === 'data' || name === 'style' || name === 'text') continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const [event, listener] of Object.entries(props.on ?? {})) element.addEventListener(event, listener);
  for (const [name, value] of Object.entries(props.data ?? {})) element.setAttribute(`data-${name}`, value);
  // Through the object model: the page's policy forbids style attributes.
  for (const [name, value] of Object.entries(props.style ?? {})) (element as HTMLElement).style.setProperty(name, value);
  if (props.text !== undefined) element.textContent = props.text;
}

function append(element: Element, child: Child): void {
  if (Array.isArray(child)) for (const c of child) append(element, c);
  else if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
}

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, props);
  append(element, children);
  return element;
}

export function svg(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(element, props);
  append(element, children);
  return element;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`desk: this page has no element #${id}`);
  return found as T;
}
