"""What every test needs: our program, media, people with certificates, a scratch folder."""

import os
import shutil
import subprocess

import certs
import ours
import peer

HERE = os.path.dirname(os.path.abspath(__file__))


class World:
    def __init__(self, build):
        self.build = build
        self.exhibit = ours.Exhibit(ours.program_in(build))
        self.media_folder = os.path.join(build, "interop-media")
        self.modules = os.path.join(build, "interop-node", "node_modules")
        self.scratch = os.path.join(build, "interop-scratch")
        shutil.rmtree(self.scratch, ignore_errors=True)
        os.makedirs(self.scratch)
        subprocess.run([os.path.join(HERE, "..", "media", "make"), self.media_folder], check=True)

        # Everybody else's certificates come from Python's cryptography, ours from `exhibit ca`.
        folder = self.path("certs")
        self.authorities = {alg: certs.Authority(folder, "ca-" + alg, alg) for alg in certs.ALGORITHMS}
        self.identities = {alg: ca.issue("leaf-" + alg) for alg, ca in self.authorities.items()}
        self.them = self.identities["es256"]
        self.tsa_authority = certs.Authority(folder, "ca-tsa")
        self.us = self.own_identity()
        self.roots = [ca.root_path for ca in self.authorities.values()] + [self.us.root]
        self.tsa_roots = [self.tsa_authority.root_path]

    def path(self, *parts):
        """A path in the scratch folder; its folder exists."""
        path = os.path.join(self.scratch, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def media(self, name):
        return os.path.join(self.media_folder, name)

    def own_identity(self, *role, name="us"):
        """A certificate of our own local authority, which is made on first use."""
        authority = self.path("authority", "")
        root = os.path.join(authority, "root.pem")
        if not os.path.exists(root):
            self.exhibit.run("ca", "init", authority, check=True)
        key, chain = self.path(name + "-key.pem"), self.path(name + "-chain.pem")
        self.exhibit.run("ca", "issue", authority, "--key", key, "--cert", chain, *role, check=True)
        return certs.Identity("es256", chain, key, root)

    def copy_with(self, source, target, change):
        """A copy of a file whose bytes went through change()."""
        data = bytearray(peer.read(source))
        change(data)
        with open(target, "wb") as f:
            f.write(data)
        return target
