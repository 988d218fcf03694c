/** Sends the form of the `form_post` page. A parameter named `submit` would hide the form's own method of that name. */
export const submitScript = 'HTMLFormElement.prototype.submit.call(document.forms[0])\n'
