/** Shows who sees what, as the shop says it; you are visitor number five. */
const YOU = 4;
const element = (id) => document.getElementById(id);
const dots = [];

const source = new EventSource('/watch');
source.addEventListener('open', () => say(''));
source.addEventListener('error', () => say('The shop is not answering; trying again…'));
source.addEventListener('crowd', (event) => show(JSON.parse(event.data)));
source.addEventListener('visit', (event) => visit(JSON.parse(event.data)));

function say(text) {
  element('link').textContent = text;
}

function show(crowd) {
  for (let i = dots.length; i < crowd.length; i++) {
    dots.push(element('crowd').appendChild(document.createElement('i')));
  }
  for (const [i, dot] of dots.entries()) dot.classList.toggle('is-new', crowd[i] === '1');
  const count = [...crowd].filter((sees) => sees === '1').length;
  element('count').textContent = String(count);
  element('total').textContent = String(crowd.length);
  element('share').firstElementChild.style.transform = `scaleX(${count / crowd.length})`;
  element('one-click').hidden = crowd[YOU] !== '1';
  element('classic').hidden = crowd[YOU] === '1';
}

function visit({ index, isNew }) {
  const dot = dots[index];
  if (!dot) return;
  dot.classList.toggle('is-new', isNew);
  dot.classList.add('is-here');
  setTimeout(() => dot.classList.remove('is-here'), 1_000);
}
