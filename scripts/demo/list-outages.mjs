/**
 * What the demonstration takes away, in this order; it kills what it has started itself and nothing else.
 * @returns { name, isNoticed, kill(), start() } each: `isNoticed` where views grow old
 */
export function listOutages({ postgres, redis }, instances) {
  const every = act => () => Promise.all(instances.map(act))
  return [
    ...redis ? [{ name: 'Redis', isNoticed: false, ...redis }] : [],
    ...postgres ? [{ name: 'PostgreSQL', isNoticed: true, ...postgres }] : [],
    {
      name: instances.length > 1 ? 'both instances' : 'Countersign', isNoticed: true,
      kill: every(instance => instance.kill()), start: every(instance => instance.start())
    }
  ]
}
