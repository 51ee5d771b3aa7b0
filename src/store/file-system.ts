import { readFileSync, statfsSync } from 'node:fs';

/**
 * `f_type` of statfs(2) on Linux, from the kernel's include/uapi/linux/magic.h and the file systems' own headers. What
 * they have in common: two machines (or a machine and its guest) may see the same file with caches and locks of their own.
 */
const NETWORK_TYPES: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB',
  16914839: '9p',
  12805120: 'Ceph',
  1397113167: 'AFS',
  1937076805: 'Coda',
  1196443219: 'GPFS',
  198183888: 'Lustre',
  428016422: 'BeeGFS',
  1952539503: 'OCFS2',
  18225520: 'GFS2',
  2020557398: 'a VirtualBox share',
  3133910204: 'a VMware share',
};

/** All of FUSE has one number; the mount's type says which program answers. */
const FUSE = 0x65735546;
/** Programs that bring files from elsewhere; others (mergerfs, gocryptfs, ntfs-3g) keep them on this machine. */
const REMOTE_FUSE =
  /^(virtiofs|osxfs|fuse\.(\w*sshfs|s3fs|gcsfuse|rclone|gluster\w*|davfs\w*|ceph\S*|juicefs|grpcfuse|osxfs|smb\w*|nfs\w*|curlftpfs|goofys|blobfuse\w*|seaweedfs|vmhgfs\S*|lxcfs|portal))$/;

/**
 * The name of the network file system that holds `folder`; undefined on a local disk. SQLite's write-ahead log needs
 * memory that all its processes share, and locks that hold: databases on NFS, SMB and shares of virtual machines were
 * seen damaged. Only Linux tells.
 */
export function networkFileSystem(folder: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const { type } = statfsSync(folder);
  return nameOfType(type, () => mountType(folder, readFileSync('/proc/self/mountinfo', 'utf8')));
}

/** `mount` is asked only where the number does not tell enough. */
export function nameOfType(type: number, mount: () => string | undefined): string | undefined {
  // The kernel's long is signed where it has 32 bits.
  const known = NETWORK_TYPES[type >>> 0];
  if (known || type >>> 0 !== FUSE) return known;
  const name = mount();
  return name !== undefined && REMOTE_FUSE.test(name) ? name.replace('fuse.', '') : undefined;
}

/** The type of the mount that holds `folder`, an absolute path without links: the longest mount point above it wins. */
export function mountType(folder: string, mountinfo: string): string | undefined {
  let best: { readonly point: string; readonly type: string } | undefined;
  for (const line of mountinfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    // Blanks and the like are written as three octal digits.
    const point = (left.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const holds = point === '/' || folder === point || folder.startsWith(`${point}/`);
    // Of two mounts on one point the later one is seen.
    if (point !== '' && holds && (!best || point.length >= best.point.length)) {
      best = { point, type: right.split(' ')[0] ?? '' };
    }
  }
  return best?.type;
}
