'use strict';
// The page's data, shown. One function is chosen at a time; the address keeps which, so that a link
// leads there and the browser's own Back works.
const data = JSON.parse(document.getElementById('data').textContent);
const LEVELS = ['interp', 'O0', 'O1', 'O2', 'O3'];
const get = id => document.getElementById(id);
const grouped = number => number.toLocaleString('en-US');
const short = n => n >= 1e9 ? (n / 1e9).toFixed(1) + ' G' : n >= 1e6 ? (n / 1e6).toFixed(1) + ' M'
  : n >= 1e4 ? (n / 1e3).toFixed(0) + ' k' : grouped(n);

// An element with a class and children; strings become text, so that no name can become markup.
function make(tag, cls, ...children) {
  const element = document.createElement(tag);
  if (cls) element.className = cls;
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}
const level = at => make('span', 'level l' + at, LEVELS[at] || '?');

// ---- the list

const rows = get('rows');
const hottest = Math.max(1, ...data.functions.map(f => f.heat));
const elements = data.functions.map((f, at) => {
  const name = make('b', '', make('i', '', f.module + ':'), f.name);
  name.title = f.module + ':' + f.symbol;
  const row = make('div', 'row', level(f.level), name, make('span', '', f.heat ? short(f.heat) : '–'));
  row.id = 'row-' + at;
  row.setAttribute('role', 'option');
  row.setAttribute('aria-selected', 'false');
  // By its logarithm: heat spans ten powers of ten.
  const share = f.heat ? Math.max(0, 1 + Math.log10(f.heat / hottest) / 6) : 0;
  row.style.setProperty('--heat', (share * 100).toFixed(1) + '%');
  row.addEventListener('click', () => choose(at));
  return row;
});
const haystacks = data.functions.map(f => (f.module + ':' + f.name + ' ' + f.symbol).toLowerCase());
let order = data.functions.map((_, at) => at);
let shown = order;
let chosen = -1;

function sort() {
  const by = get('sort').value;
  const compare = by === 'name'
    ? (a, b) => haystacks[a] < haystacks[b] ? -1 : 1
    : (a, b) => data.functions[b][by] - data.functions[a][by] || a - b;
  order = data.functions.map((_, at) => at).sort(compare);
  rows.append(...order.map(at => elements[at]));
  search();
}

function search() {
  const words = get('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = order.filter(at => words.every(word => haystacks[at].includes(word)));
  const found = new Set(shown);
  elements.forEach((row, at) => { row.hidden = !found.has(at); });
  get('found').textContent = grouped(shown.length) + ' of ' + grouped(order.length) + ' functions';
}

function choose(at, keep) {
  if (!data.functions[at]) return;
  if (elements[chosen]) elements[chosen].setAttribute('aria-selected', 'false');
  chosen = at;
  elements[at].setAttribute('aria-selected', 'true');
  elements[at].scrollIntoView({ block: 'nearest' });
  rows.setAttribute('aria-activedescendant', 'row-' + at);
  detail(data.functions[at]);
  if (!keep) location.hash = 'f=' + at;
  view('functions');
}

function step(by) {
  const at = shown.indexOf(chosen);
  const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
  if (next !== undefined) choose(next);
}

// ---- one function

function fact(name, value) {
  return make('div', '', make('span', '', name + ' '), value);
}

function link(at, text, note) {
  const button = make('button', '', text, note ? make('i', '', ' ' + note) : null);
  if (at === null) button.disabled = true;
  else button.addEventListener('click', () => choose(at));
  return button;
}

function section(title, ...children) {
  return [make('h3', '', title), ...children];
}

function detail(f) {
  const out = [make('h2', '', level(f.level), ' ' + f.module + ':' + f.name)];
  if (f.name !== f.symbol) out.push(make('div', 'quiet', f.symbol));
  out.push(make('div', 'facts',
    fact('calls', grouped(f.calls)),
    fact('back edges', grouped(f.back_edges)),
    fact('cycles a call', f.samples
      ? grouped(f.avg) + ' (' + grouped(f.min) + ' to ' + grouped(f.max) + ', ' + grouped(f.samples) + ' measured)'
      : 'not measured'),
    fact('code', f.bytes ? grouped(f.bytes) + ' bytes' + (f.compiler ? ' by ' + f.compiler : '') : 'none'),
    fact('compiled', grouped(f.compiles) + '×, ' + grouped(f.compile_us) + ' µs'),
    f.options ? fact('options', f.options) : null));
  out.push(...section('Why', make('ul', 'why', ...f.why.map(why => make('li', '', why)))));
  if (f.history.length) {
    const steps = f.history.map(([boot, to]) => [level(to), 'boot ' + boot]).flat();
    out.push(...section('Levels over boots', make('div', 'steps', ...steps)));
  }
  out.push(...history(f));
  if (f.verdict) out.push(...tournament(f.verdict));
  if (f.seen.length) {
    out.push(...section('Seen and counted', make('ul', 'why', ...f.seen.map(s => make('li', '', s)))));
  }
  if (f.callers.length) {
    const links = f.callers.map(at => link(at, data.functions[at].name));
    const callers = make('div', 'links', ...links);
    callers.id = 'callers';
    out.push(...section('Called by', callers));
  }
  if (f.callees.length) {
    const links = f.callees.map(callee => {
      const name = callee.to === null ? callee.symbol : data.functions[callee.to].name;
      const count = callee.count === null ? '' : ' ' + grouped(callee.count) + '×';
      return link(callee.to, name, (callee.how === 'call' ? '' : callee.how) + count);
    });
    const callees = make('div', 'links', ...links);
    callees.id = 'callees';
    out.push(...section('Calls', callees));
  }
  if (f.source) out.push(...source(f.source));
  out.push(...section('What it was made of, and what was made of it', pair(f)));
  get('detail').replaceChildren(...out);
  get('detail').scrollTop = 0;
}

// The figures of this function in each snapshot there is.
function history(f) {
  const at = data.functions.indexOf(f);
  const known = data.snapshots.filter(s => s.figures[at]);
  if (known.length < 2) return [];
  const most = Math.max(1, ...known.map(s => s.figures[at][2]));
  const bars = known.flatMap(s => {
    const [lvl, bytes, avg] = s.figures[at];
    const bar = make('div', 'bar');
    bar.style.width = (100 * avg / most) + '%';
    return [make('span', '', 'boot ' + s.boot + ' ', level(lvl)), bar,
      make('span', '', grouped(avg) + ' cycles a call, ' + grouped(bytes) + ' bytes')];
  });
  return section('Cycles a call, boot by boot', make('div', 'bars', ...bars));
}

function tournament(verdict) {
  const most = Math.max(1, ...verdict.variants.map(v => v[1]));
  const bars = verdict.variants.flatMap(([name, cycles, code], at) => {
    const won = at === verdict.winner;
    const bar = make('div', won ? 'bar won' : 'bar');
    bar.style.width = (100 * cycles / most) + '%';
    return [make('span', '', (name || 'default') + (won ? ' (stays)' : '')), bar,
      make('span', '', grouped(cycles) + ' cycles; ' + code)];
  });
  const all = make('div', 'bars', ...bars);
  all.id = 'variants';
  return section('Tournament', all);
}

// Lines of the source, with the heat of the block of each that ran most.
function source(s) {
  const most = Math.max(1, ...s.lines.map(l => l.count || 0));
  const lines = s.lines.map(l => {
    const line = make('div', '', make('i', '', String(l.number)), make('i', '', l.count === null ? '' : grouped(l.count) + '×'),
      make('code', '', l.text === null ? '' : l.text));
    line.style.setProperty('--heat', heat(l.count, most));
    return line;
  });
  const all = make('div', 'source', ...lines);
  all.id = 'source';
  const here = s.lines.some(l => l.text !== null);
  return section('Source: ' + s.file + (here ? '' : ' (not on the machine that made this page)'), all);
}

// A share of a background's colour, by the logarithm of how often something ran.
function heat(count, most) {
  return count ? Math.max(4, 55 * (1 + Math.log10(count / most) / 6)).toFixed(0) + '%' : '0%';
}

// IR to the left, machine code to the right, block by block, both with the heat of the block.
function pair(f) {
  const most = Math.max(1, ...f.ir.map(b => b.count || 0), ...f.code.map(b => b.count || 0));
  const cell = (title, count, text) => {
    const out = make('div', '', make('small', '', title + (count === null || count === undefined
      ? '' : ', ran ' + grouped(count) + '×')), make('pre', '', text));
    out.style.setProperty('--heat', heat(count, most));
    return out;
  };
  const all = make('div', 'pair', make('div', 'head', f.head || 'no bitcode'),
    make('div', 'head', f.code.length ? 'machine code, in its order' : 'no machine code in this snapshot'));
  all.id = 'pair';
  const ir = new Map(f.ir.map(block => [block.id, block]));
  for (const block of f.code) {
    const of = ir.get(block.block);
    ir.delete(block.block);
    all.append(of ? cell('block ' + of.id, of.count, of.text) : cell('', null, ''));
    const text = block.instructions.map(i => i.offset.toString(16).padStart(5) + '  ' + i.text).join('\n');
    const share = block.heat === null ? '' : ', ' + block.heat + ' % of instructions run';
    const title = block.block === null ? 'of no block' : 'block ' + block.block + share;
    all.append(cell(title, block.count, text));
  }
  for (const of of ir.values()) {
    const gone = f.code.length ? 'joined with another block, or left out' : '';
    all.append(cell('block ' + of.id, of.count, of.text), cell(gone, null, ''));
  }
  return all;
}

// ---- boots, compare

function settings() {
  const list = make('dl', '', ...data.settings.flatMap(([name, value]) =>
    [make('dt', '', name), make('dd', '', value)]));
  get('settings').replaceChildren(list);
}

function snapshots() {
  data.snapshots.forEach((s, at) => {
    for (const id of ['old', 'new']) {
      const option = make('option', '', 'boot ' + s.boot + ' (' + s.name + ')');
      option.value = at;
      get(id).append(option);
    }
  });
  get('old').value = 0;
  get('new').value = data.snapshots.length - 1;
}

function compare() {
  const [old, now] = [data.snapshots[get('old').value], data.snapshots[get('new').value]];
  const change = (a, b) => {
    const delta = b - a;
    const cell = make('td', delta > 0 ? 'up' : delta < 0 ? 'down' : '', delta === 0 ? '='
      : (delta > 0 ? '+' : '') + grouped(delta) + (a > 0 && b > 0 ? ' (' + (100 * delta / a).toFixed(1) + ' %)' : ''));
    return cell;
  };
  const differing = data.functions.map((_, at) => [at, old.figures[at], now.figures[at]])
    .filter(([, a, b]) => JSON.stringify((a || []).slice(0, 3)) !== JSON.stringify((b || []).slice(0, 3)));
  const weight = ([, a, b]) => a && b ? Math.abs(b[2] * b[3] - a[2] * a[3]) : (a || b)[1];
  differing.sort((a, b) => weight(b) - weight(a));
  const lines = differing.map(([at, a, b]) => {
    const name = link(at, data.functions[at].module + ':' + data.functions[at].name);
    const levels = make('td', '', a ? level(a[0]) : 'new', ' → ', b ? level(b[0]) : 'gone');
    const [from, to] = [a || [0, 0, 0, 0], b || [0, 0, 0, 0]];
    return make('tr', '', make('td', '', name), levels, change(from[1], to[1]), change(from[2], to[2]));
  });
  const head = make('tr', '', ...['function', 'level', 'bytes of code', 'cycles a call'].map(h => make('th', '', h)));
  const gone = old.gone.filter(name => !now.gone.includes(name));
  const rest = gone.map(name => make('tr', '', make('td', '', name), make('td', '', 'gone'), make('td'), make('td')));
  get('changes').replaceChildren(head, ...lines, ...rest);
  const cycles = old.cycles && now.cycles ? '; programs ' + short(old.cycles) + ' → ' + short(now.cycles) + ' cycles' : '';
  get('changed').textContent = grouped(differing.length + gone.length) + ' functions differ' + cycles;
}

// ---- views and keys

const VIEWS = ['functions', 'boots', 'compare', 'keys'];
function view(name) {
  for (const one of VIEWS) {
    get(one).hidden = one !== name;
    get('to-' + one).setAttribute('aria-pressed', String(one === name));
  }
}
for (const name of VIEWS) {
  get('to-' + name).addEventListener('click', () => { view(name); location.hash = name; });
}

function go() {
  const hash = location.hash.slice(1);
  const at = hash.startsWith('f=') ? Number(hash.slice(2)) : -1;
  if (at >= 0) { if (at !== chosen) choose(at, true); else view('functions'); }
  else if (VIEWS.includes(hash)) view(hash);
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target === get('search');
  if (event.target.tagName === 'SELECT') return;
  if (event.key === 'Escape') {
    if (get('detail').contains(document.activeElement)) rows.focus();
    else { get('search').value = ''; search(); rows.focus(); }
  } else if (event.key.startsWith('Arrow') && get('detail').contains(document.activeElement)) return;
  else if (event.key === 'ArrowDown' || (!typing && event.key === 'j')) step(1);
  else if (event.key === 'ArrowUp' || (!typing && event.key === 'k')) step(-1);
  else if (event.key === 'Enter' && event.target.tagName !== 'BUTTON') {
    if (typing && !shown.includes(chosen) && shown.length) choose(shown[0]);
    get('detail').focus();
  } else if (typing) return;
  else if (event.key === '/') { view('functions'); get('search').focus(); }
  else if (event.key === 'f') get('to-functions').click();
  else if (event.key === 'b') get('to-boots').click();
  else if (event.key === 'c') get('to-compare').click();
  else if (event.key === '?') get('to-keys').click();
  else return;
  event.preventDefault();
});

get('search').addEventListener('input', search);
get('sort').addEventListener('change', sort);
get('old').addEventListener('change', compare);
get('new').addEventListener('change', compare);
addEventListener('hashchange', go);
sort();
settings();
snapshots();
compare();
if (data.functions.length) choose(0, true);
go();
