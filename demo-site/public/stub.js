// biome-ignore-all lint/complexity/noArguments lint/suspicious/noAssignInExpressions: the documented stub, as sites paste it.
window.beckon =
  window.beckon ||
  function () {
    (beckon.q = beckon.q || []).push(arguments);
  };
