/* Ledgers: order of columns in the chooser, locked columns, pop-overs that close like menus. */
(function () {
  'use strict';
  document.documentElement.classList.add('js');
  function open() { return [].slice.call(document.querySelectorAll('details.g-pop[open]')); }
  document.addEventListener('click', function (e) {
    open().forEach(function (pop) { if (!pop.contains(e.target)) pop.removeAttribute('open'); });
    var up = e.target.closest('.js-up'), row = e.target.closest('.g-colpick li');
    if (up && row.previousElementSibling) row.parentNode.insertBefore(row, row.previousElementSibling);
    if (e.target.closest('.js-down') && row.nextElementSibling) row.parentNode.insertBefore(row.nextElementSibling, row);
    if (row && e.target.closest('button')) e.target.closest('button').focus();
    if (e.target.matches('input[data-locked]')) e.preventDefault();
  });
  document.addEventListener('keydown', function (e) {
    if (e.key !== 'Escape') return;
    open().forEach(function (pop) { pop.removeAttribute('open'); pop.querySelector('summary').focus(); });
  });
})();
