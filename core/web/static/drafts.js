/* Drafts: what is typed into a long form is kept on the server ten seconds later, never in the browser (shared PCs). */
(function () {
  'use strict';
  var doc = document, WAIT = 10000;
  function say(name, time) { return (doc.body.getAttribute('data-t-' + name) || '').replace('{time}', time || ''); }
  function token() { var meta = doc.querySelector('meta[name=csrf-token]'); return meta ? meta.content : ''; }
  function skipped(field) {
    return !field.name || field.hasAttribute('data-nodraft') || /^(password|file|hidden|submit|button)$/.test(field.type);
  }
  function typed(form) {
    var data = new FormData();
    data.append('_form', form.getAttribute('data-form'));
    data.append('_record', form.getAttribute('data-record'));
    [].forEach.call(form.elements, function (field) {
      if (skipped(field) || (/^(checkbox|radio)$/.test(field.type) && !field.checked)) return;
      if (field.multiple) [].forEach.call(field.selectedOptions, function (o) { data.append(field.name, o.value); });
      else data.append(field.name, field.value);
    });
    return data;
  }
  function post(url, data) {
    return fetch(url, { method: 'POST', body: data, credentials: 'same-origin', headers: { 'X-CSRFToken': token() } });
  }
  function keep(form) {
    post(form.getAttribute('data-draft'), typed(form)).then(function (answer) {
      var place = form.querySelector('.js-draft'), now = new Date();
      if (answer.status === 204 && place) place.textContent = say('kept', now.toTimeString().slice(0, 5));
    }, function () { /* the next change tries again */ });
  }
  function put(form, fields) {
    Object.keys(fields).forEach(function (name) {
      var wanted = [].concat(fields[name]);
      [].forEach.call(form.elements, function (field) {
        if (field.name !== name || skipped(field)) return;
        if (/^(checkbox|radio)$/.test(field.type)) field.checked = wanted.indexOf(field.value) >= 0;
        else if (field.tomselect) field.tomselect.setValue(field.multiple ? wanted : wanted[0]);
        else field.value = wanted[0];
      });
    });
    form.setAttribute('data-dirty', '1');
  }
  function button(text, css, act) {
    var made = doc.createElement('button'); made.type = 'button'; made.className = 'btn btn-sm ' + css; made.textContent = text;
    made.addEventListener('click', act); return made;
  }
  function offer(form, draft) {
    var note = doc.createElement('div'), text = doc.createElement('div');
    note.className = 'g-note'; note.setAttribute('role', 'status'); text.textContent = say('found', draft.time);
    note.appendChild(text);
    note.appendChild(button(say('restore'), 'btn-default', function () { put(form, draft.fields); note.remove(); }));
    note.appendChild(button(say('drop'), 'btn-text', function () {
      var data = new FormData();
      data.append('_form', form.getAttribute('data-form')); data.append('_record', form.getAttribute('data-record'));
      post(form.getAttribute('data-draft') + '/drop', data); note.remove();
    }));
    form.parentNode.insertBefore(note, form);
  }
  function watch(form) {
    var timer = null, url = form.getAttribute('data-draft');
    form.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(function () { keep(form); }, WAIT); });
    form.addEventListener('submit', function () { clearTimeout(timer); });
    if (form.querySelector('.g-errsum')) return;
    fetch(url + '?_form=' + encodeURIComponent(form.getAttribute('data-form')) + '&_record=' + form.getAttribute('data-record'),
      { credentials: 'same-origin', headers: { Accept: 'application/json' } })
      .then(function (answer) { return answer.status === 200 ? answer.json() : null; })
      .then(function (draft) { if (draft) offer(form, draft); }, function () { /* no draft, no harm */ });
  }
  [].forEach.call(doc.querySelectorAll('form[data-draft]'), watch);
})();
