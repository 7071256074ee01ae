// Runs before anything is drawn, so that neither theme nor language flickers. The app takes over from here.
(function () {
  var root = document.documentElement;
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem('calmline.preferences') || '{}');
  } catch {
    // Storage is forbidden or broken: the system's wishes stand.
  }
  var dark =
    kept.theme === 'dark' || (kept.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  var language = kept.language || (/^zh/i.test(navigator.language) ? 'zh' : 'en');
  root.lang = language === 'zh' ? 'zh-Hans' : 'en';
})();
