/* Charts: the server writes an ECharts option as JSON, colours and type come from the tokens, figures stay in a table. */
(function () {
  'use strict';
  if (!window.echarts) return;
  var style = getComputedStyle(document.documentElement);
  function token(name) { return style.getPropertyValue(name).trim(); }
  function axes(list) { return [].concat(list || []); }
  function dress(option) {
    option.color = option.color || [1, 2, 3, 4, 5, 6].map(function (n) { return token('--g-c' + n); });
    option.textStyle = { fontFamily: token('--g-font'), fontSize: 12, color: token('--g-text-2') };
    option.tooltip = Object.assign({ renderMode: 'richText', confine: true, trigger: 'item' }, option.tooltip);
    option.animation = false;
    option.aria = { enabled: true };
    axes(option.xAxis).concat(axes(option.yAxis)).forEach(function (axis) {
      axis.axisLabel = Object.assign({ color: token('--g-text-2') }, axis.axisLabel);
      axis.splitLine = Object.assign({ lineStyle: { color: token('--g-line') } }, axis.splitLine);
    });
    axes(option.yAxis).slice(1).forEach(function (axis) { axis.splitLine = { show: false }; }); /* one grid, not two */
    return option;
  }
  function draw(box) {
    if (box.getAttribute('data-drawn')) return;
    box.setAttribute('data-drawn', '1');
    var chart = echarts.init(box, null, { renderer: 'svg' });
    chart.setOption(dress(JSON.parse(document.getElementById(box.getAttribute('data-chart')).textContent)));
    chart.on('click', function (e) { if (e.data && e.data.url) location.href = e.data.url; });
    addEventListener('resize', function () { chart.resize(); scale(box, chart); });
    scale(box, chart);
  }
  function scale(box, chart) { /* lets the paper sheet scale the drawing */
    var svg = box.querySelector('svg');
    if (svg) svg.setAttribute('viewBox', '0 0 ' + chart.getWidth() + ' ' + chart.getHeight());
  }
  function all(part) { [].forEach.call(part.querySelectorAll('[data-chart]'), draw); }
  document.addEventListener('htmx:afterSwap', function (e) { all(e.target.parentNode || document); });
  all(document);
})();
