/* Small behaviours, listened for on the document, so that parts swapped in by htmx need no binding of their own. */
(function () {
  'use strict';
  var doc = document, root = doc.documentElement;
  function $(s, r) { return (r || doc).querySelector(s); }
  function $$(s, r) { return [].slice.call((r || doc).querySelectorAll(s)); }
  function say(name) { return doc.body.getAttribute('data-t-' + name) || ''; }
  function isOpen(el) { return el && el.classList.contains('show'); }

  /* Messages */
  function toast(text, kind) {
    var box = $('#toasts'); if (!box || !text) return;
    var note = doc.createElement('div'); note.className = 'g-note ' + (kind || 'ok'); note.textContent = text;
    box.appendChild(note);
    if (kind !== 'err') { setTimeout(function () { note.remove(); }, 6000); return; }
    var close = doc.createElement('button'); close.type = 'button'; close.className = 'btn-close ms-auto'; /* errors stay until read */
    close.setAttribute('aria-label', say('close')); close.onclick = function () { note.remove(); };
    note.appendChild(close);
  }

  /* htmx: token on every request; lost connection and refused answers are said, the form keeps its text */
  doc.addEventListener('htmx:configRequest', function (e) {
    var meta = $('meta[name=csrf-token]');
    if (meta) e.detail.headers['X-CSRFToken'] = meta.content;
  });
  doc.addEventListener('htmx:sendError', function () { toast(say('offline'), 'err'); });
  doc.addEventListener('htmx:afterRequest', function (e) {
    var status = e.detail.xhr ? e.detail.xhr.status : 0;
    if (status < 400 || status === 422) return;
    var page = new DOMParser().parseFromString(e.detail.xhr.responseText || '', 'text/html');
    var said = page.querySelector('.g-lost p');
    toast(said ? said.textContent : say('offline'), 'err');
  });
  doc.addEventListener('toast', function (e) { toast(e.detail.value || e.detail.text, e.detail.kind); });

  /* Rows: pick, pick all, bulk bar, current row */
  function bulk(table) {
    var rows = $$('tbody .js-row', table), picked = rows.filter(function (c) { return c.checked; });
    var all = $('.js-all', table), bar = $('#' + (table.getAttribute('data-bulk') || 'bulk'));
    rows.forEach(function (c) { c.closest('tr').classList.toggle('is-sel', c.checked); });
    if (all) { all.checked = rows.length > 0 && picked.length === rows.length; all.indeterminate = picked.length > 0 && !all.checked; }
    if (bar) { bar.hidden = !picked.length; $$('.js-n', bar).forEach(function (n) { n.textContent = picked.length; }); }
  }
  doc.addEventListener('change', function (e) {
    var table = e.target.closest('.g-table');
    if (table && e.target.matches('.js-all')) $$('tbody .js-row', table).forEach(function (c) { c.checked = e.target.checked; });
    if (table && e.target.matches('.js-all, .js-row')) bulk(table);
    if (e.target.matches('[data-submit]')) submit(e.target.form);
  });
  function step(by) {
    var rows = $$('.g-table tbody tr'), at = rows.indexOf($('.g-table tr.is-at'));
    if (!rows.length) return;
    if (at >= 0) rows[at].classList.remove('is-at');
    var row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    row.classList.add('is-at'); row.scrollIntoView({ block: 'nearest' });
  }
  function onRow(key) {
    var row = $('.g-table tr.is-at'); if (!row) return false;
    var box = $('.js-row', row), link = $('a[href]', row);
    if (key === 'x' && box) box.click(); else if (key === 'Enter' && link) link.click(); else return false;
    return true;
  }

  /* Keyboard: off while typing, and off by choice (WCAG 2.1.4) */
  var gAt = 0;
  function shortcut(key) {
    if (key === '/') { var find = $('#q') || $('.g-find input'); if (find) { find.focus(); find.select(); } return !!find; }
    if (key === '?') { var help = $('#help'); if (help && window.bootstrap) bootstrap.Offcanvas.getOrCreateInstance(help).toggle(); return !!help; }
    if (key === 'j' || key === 'k') { step(key === 'j' ? 1 : -1); return true; }
    if (key === 'x' || key === 'Enter') return onRow(key);
    var target = $$('[data-key]').filter(function (x) { return x.getAttribute('data-key') === (Date.now() - gAt < 900 ? 'g ' : '') + key; })[0];
    if (target) target.click();
    return !!target;
  }
  doc.addEventListener('keydown', function (e) {
    var t = e.target;
    if (e.ctrlKey || e.metaKey || e.altKey || root.getAttribute('data-keys') === 'off' || isOpen($('.modal.show'))) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) || t.isContentEditable) return;
    if (e.key === 'Enter' && /^(A|BUTTON|SUMMARY)$/.test(t.tagName)) return;
    if (e.key === 'g') { gAt = Date.now(); return; }
    if (shortcut(e.key)) e.preventDefault();
    gAt = 0;
  });

  /* Forms: ask before what cannot be undone, warn before losing text, send once */
  var asked = null, pressed = null;
  doc.addEventListener('click', function (e) { pressed = e.target.closest('button, input[type=submit]'); }, true);
  function submit(form, button) {
    if (button) { button.click(); return; }
    var go = doc.createElement('button'); go.hidden = true; form.appendChild(go); go.click(); go.remove();
  }
  function ask(form, button) {
    var box = $('#confirm'); if (!box || !window.bootstrap) return false;
    var yes = $('.js-yes', box), verb = (button && button.getAttribute('data-verb')) || form.getAttribute('data-verb');
    $('.js-text', box).textContent = (button && button.getAttribute('data-confirm')) || form.getAttribute('data-confirm');
    yes.textContent = verb || $('#confirm-t').textContent;
    yes.className = 'btn js-yes ' + (form.hasAttribute('data-danger') ? 'btn-danger-line' : 'btn-primary');
    yes.onclick = function () { asked = form; bootstrap.Modal.getInstance(box).hide(); submit(form, button); };
    bootstrap.Modal.getOrCreateInstance(box).show();
    return true;
  }
  doc.addEventListener('submit', function (e) {
    var form = e.target, button = e.submitter || (pressed && pressed.form === form ? pressed : null); /* Safari 14 names none */
    var wants = form.hasAttribute('data-confirm') || (button && button.hasAttribute('data-confirm'));
    if (wants && asked !== form && ask(form, button)) { e.preventDefault(); e.stopPropagation(); return; }
    asked = null;
    if (form.method === 'post' && form.getAttribute('data-sent') && !form.hasAttribute('hx-post')) { e.preventDefault(); return; }
    form.removeAttribute('data-dirty');
    if (form.method !== 'post' || form.target) return;
    form.setAttribute('data-sent', '1');
    setTimeout(again, 8000); /* an answer that is a file leaves the page standing */
    var busy = button || $('button.btn-primary', form);
    if (busy) { busy.classList.add('is-busy'); busy.setAttribute('aria-busy', 'true'); }
  }, true);
  function again(e) { /* back from the browser's page cache, or the answer has come */
    $$('form[data-sent]').forEach(function (f) { f.removeAttribute('data-sent'); });
    $$('.is-busy').forEach(function (b) { b.classList.remove('is-busy'); b.removeAttribute('aria-busy'); });
  }
  addEventListener('pageshow', again); doc.addEventListener('htmx:afterRequest', again);
  doc.addEventListener('input', function (e) {
    var form = e.target.closest && e.target.closest('form[data-guard]'); if (form) form.setAttribute('data-dirty', '1');
  });
  addEventListener('beforeunload', function (e) { if ($('form[data-dirty]')) { e.preventDefault(); e.returnValue = say('unsaved'); } });

  /* Clicks: print, back, the whole card as a link target */
  doc.addEventListener('click', function (e) {
    var open = e.target.closest('.f-open');
    if (open) { var bar = open.closest('.g-filter'); bar.classList.toggle('is-open'); open.setAttribute('aria-expanded', bar.classList.contains('is-open')); return; }
    if (e.target.closest('[data-print]')) { print(); return; }
    var back = e.target.closest('[data-back]');
    if (back && history.length > 1) { e.preventDefault(); history.back(); }
    var link = e.target.closest('.g-errsum a[href^="#"]');
    if (link) { var field = doc.getElementById(link.getAttribute('href').slice(1)); if (field) { e.preventDefault(); enter(field); } }
  });
  function enter(field) {
    var inner = field.tomselect ? field.tomselect : $('input:not([type=hidden])', field) || field;
    inner.focus(); (field.closest('.g-field') || field).scrollIntoView({ block: 'center' });
  }

  /* Files dropped on a drop zone */
  ['dragover', 'dragleave', 'drop'].forEach(function (kind) {
    doc.addEventListener(kind, function (e) {
      var zone = e.target.closest && e.target.closest('.g-drop'); if (!zone) return;
      e.preventDefault(); zone.classList.toggle('is-over', kind === 'dragover');
      var input = $('input[type=file]', zone);
      if (kind === 'drop' && input && e.dataTransfer.files.length) { input.files = e.dataTransfer.files; input.dispatchEvent(new Event('change', { bubbles: true })); }
    });
  });

  /* Searchable selects: their own entries, or asked of the server while one types */
  function words(css, text) { var d = doc.createElement('div'); d.className = css; d.textContent = text; return d; }
  function line(entry) {
    var box = words('', entry.text);
    if (entry.note) { var small = doc.createElement('small'); small.className = 'g-muted ms-2'; small.textContent = entry.note; box.appendChild(small); }
    return box;
  }
  function from(url) {
    return function (_typed, give) { /* what stands in the box now: the library may tell of an earlier moment */
      var me = this, typed = me.inputValue();
      me.clearOptions(function (o) { return me.items.indexOf(String(o.value)) >= 0; });
      fetch(url + '?q=' + encodeURIComponent(typed), { credentials: 'same-origin', headers: { Accept: 'application/json' } })
        .then(function (r) { return r.ok ? r.json() : []; })
        .then(function (found) { give(found); if (me.inputValue() !== typed) me.load(me.inputValue()); },
          function () { toast(say('offline'), 'err'); give(); });
    };
  }

  /* What must be done to fresh markup: searchable selects, shadows of wide tables, focus on the error summary */
  function picks(part) {
    if (!window.TomSelect) return;
    $$('select[data-pick]', part).forEach(function (s) {
      if (s.tomselect) return;
      var name = s.labels && s.labels[0]; if (name) s.setAttribute('aria-label', name.textContent.trim()); /* the library takes the label for its own box */
      var far = s.getAttribute('data-ref');
      new TomSelect(s, {
        maxOptions: 300, refreshThrottle: 0, closeAfterSelect: !s.multiple, plugins: s.multiple ? ['remove_button'] : [], searchField: far ? [] : ['text', 'find'],
        allowEmptyOption: !s.required && !far, valueField: 'value', labelField: 'text',
        preload: far ? 'focus' : false, loadThrottle: 250, load: far ? from(far) : null,
        render: { option: line, no_results: function () { return words('no-results', say('none')); } }
      });
    });
  }
  function wide() {
    $$('.g-scroll').forEach(function (e) {
      var over = e.scrollWidth > e.clientWidth + 1;
      e.classList.toggle('is-over', over);
      if (over && !e.hasAttribute('tabindex')) e.tabIndex = 0; /* what scrolls must be reached by keyboard */
    });
  }
  function fresh(part) {
    picks(part); wide(); $$('.g-table', part).forEach(bulk);
    var first = $('[data-focus]', part); if (first) first.focus();
  }
  addEventListener('resize', wide);
  doc.addEventListener('htmx:afterSwap', function (e) { fresh(e.target.parentNode || doc); });
  fresh(doc);
})();
