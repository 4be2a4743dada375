"""The job of mt1d.py in SimPEG and in jitted JAX. Each function returns microseconds a sounding by job, and answers."""

import sys
import time

import numpy as np

MU_0 = 4e-7 * np.pi


def best_of(repetitions, work):
    seconds = np.inf
    for _ in range(repetitions):
        start = time.process_time()
        result = work()
        seconds = min(seconds, time.process_time() - start)
    return seconds, result


def simpeg(resistivity, thickness, frequency):
    """The 1D simulation as its users set it up; its Jacobian is of conductivity and thickness."""
    from simpeg import maps
    from simpeg.electromagnetics import natural_source as nsem

    layers = resistivity.shape[1]
    sources = []
    for f in np.sort(frequency):
        receivers = [
            nsem.receivers.Impedance([[0.0, 0.0, 0.0]], orientation="xy", component=part) for part in ("real", "imag")
        ]
        sources.append(nsem.sources.Planewave(receivers, frequency=f))
    wires = maps.Wires(("sigma", layers), ("thickness", layers - 1))
    simulation = nsem.Simulation1DRecursive(
        survey=nsem.Survey(sources), sigmaMap=wires.sigma, thicknessesMap=wires.thickness
    )
    models = np.concatenate([1 / resistivity[:, ::-1], thickness[:, ::-1]], axis=1)  # from the bottom upwards
    place = np.argsort(np.argsort(frequency))

    def rows(values):  # real and imaginary part at ascending frequencies; its z points up, so that Zxy is ours negated
        return -(values[0::2] + 1j * values[1::2])[place]

    seconds, z = best_of(2, lambda: [rows(simulation.dpred(m)) for m in models])
    few = models[:200]
    j_seconds, j = best_of(2, lambda: [simulation.getJ(m) for m in few])  # computes Z on its way
    by_resistivity = np.array([-(m[:layers] ** 2) * rows(x["sigma"]) for m, x in zip(few, j, strict=True)])[..., ::-1]
    by_thickness = np.array([rows(x["thick"]) for x in j])[..., ::-1]
    times = {"forward": seconds / len(models) * 1e6, "jacobian": j_seconds / len(few) * 1e6}
    return times, (np.array(z), by_resistivity, by_thickness)


def jax(resistivity, thickness, frequency):
    """Wait's recursion as a scan, vmapped over soundings, jitted, double precision; the better of two ways to write it.

    A row of the Jacobian is a pullback of the real and one of the imaginary part of its Z, vmapped over frequencies;
    119 tangents (jacfwd) took four times as long. Compilation is told but not counted.
    """
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def textbook(r, h, f):
        iwm = 2j * np.pi * MU_0 * f

        def layer(z, model):
            r, h = model
            w = jnp.sqrt(iwm * r)
            reflected = (z - w) * jnp.exp(-2 * h * iwm / w)
            return w * (z + w + reflected) / (z + w - reflected), None

        return jax.lax.scan(layer, jnp.sqrt(iwm * r[-1]), (r[:-1], h), reverse=True)[0]

    def scaled(r, h, f):  # Z = (1+i) s zeta, real square roots and exponentials
        s = jnp.sqrt(np.pi * MU_0 * f)

        def layer(zeta, model):
            r, h = model
            root = jnp.sqrt(r)
            y = 2 * s * h / root
            decay = jnp.exp(-y)
            reflected = (zeta - root) * jax.lax.complex(decay * jnp.cos(y), -decay * jnp.sin(y))
            return root * (zeta + root + reflected) / (zeta + root - reflected), None

        start = jnp.sqrt(r[-1]) + 0j * s
        return (1 + 1j) * s * jax.lax.scan(layer, start, (r[:-1], h), reverse=True, unroll=4)[0]

    def rows(impedance):
        def row(r, h, f):
            z, pull = jax.vjp(lambda r, h: impedance(r, h, f), r, h)
            of_real, of_imag = pull(jnp.ones_like(z)), pull(jnp.full_like(z, -1j))  # its convention: unconjugated
            return z, *(a + 1j * b for a, b in zip(of_real, of_imag, strict=True))

        return lambda r, h, f: jax.vmap(row, (None, None, 0))(r, h, f)

    def measure(name, function):
        compiled = jax.jit(jax.vmap(function, (0, 0, None)))
        start = time.process_time()
        jax.block_until_ready(compiled(resistivity, thickness, frequency))
        first = time.process_time() - start
        seconds, result = best_of(5, lambda: jax.block_until_ready(compiled(resistivity, thickness, frequency)))
        print(f"jax {name}: {first - seconds:.2f} s to compile, {seconds * 1e3:.1f} ms to run", file=sys.stderr)
        return seconds / len(resistivity) * 1e6, result

    def gradient(impedance):
        return jax.grad(lambda r, h, f: jnp.sum(jnp.abs(impedance(r, h, f)) ** 2))

    values = [measure(f"forward, {f.__name__}", f) for f in (textbook, scaled)]
    jacobians = [measure(f"jacobian, {f.__name__}", rows(f)) for f in (textbook, scaled)]
    gradients = [measure(f"gradient, {f.__name__}", gradient(f))[0] for f in (textbook, scaled)]
    best_values, best_jacobian = (min(found, key=lambda entry: entry[0]) for found in (values, jacobians))
    z, by_resistivity, by_thickness = (np.asarray(x) for x in best_jacobian[1])
    times = {"forward": best_values[0], "jacobian": best_jacobian[0], "tensor_gradient/kernel": min(gradients)}
    times["tensor_forward"] = times["forward"]
    return times, (np.asarray(best_values[1]), by_resistivity[:10], by_thickness[:10])


PEERS = {"simpeg": simpeg, "jax": jax}
