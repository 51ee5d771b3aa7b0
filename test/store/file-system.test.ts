import { describe, expect, it } from 'vitest';
import { mountType, nameOfType, networkFileSystem } from '../../src/store/file-system.js';

const MOUNTINFO = `
22 1 254:0 / / rw,relatime - ext4 /dev/root rw
80 22 0:40 / /home rw,relatime shared:1 - ext4 /dev/vdb rw
81 80 0:41 / /home/ann rw,nosuid - fuse.sshfs ann@host: rw
82 22 0:42 / /mnt/my\\040share rw - fuse.gcsfuse bucket rw
83 22 0:43 / /srv rw - ext4 /dev/vdc rw
84 83 0:44 / /srv rw - virtiofs share rw
85 22 0:45 / /home/annex rw - fuse.mergerfs a:b rw
`;

describe('networkFileSystem', () => {
  it.each([
    ['NFS', 0x6969, 'NFS'],
    ['SMB 2, as 32-bit systems say it', 0xfe534d42 | 0, 'SMB'],
    ['CIFS', 0xff534d42, 'CIFS'],
    ['9p, as on WSL', 0x01021997, '9p'],
    ['ext4', 0xef53, undefined],
    ['tmpfs', 0x01021994, undefined],
    ['overlay', 0x794c7630, undefined],
    ['btrfs', 0x9123683e, undefined],
  ])('knows %s', (_, type, name) => {
    expect(nameOfType(type, () => undefined)).toBe(name);
  });

  it.each([
    ['/home/ann/.local/state/docker-manual', 'sshfs'],
    ['/mnt/my share/state', 'gcsfuse'],
    ['/srv/state', 'virtiofs'],
    ['/home/annex/state', undefined],
    ['/home/annabel', undefined],
    ['/var/lib', undefined],
  ])('tells what answers behind FUSE: %s', (folder, name) => {
    expect(nameOfType(0x65735546, () => mountType(folder, MOUNTINFO))).toBe(name);
  });

  it('finds none where these tests run', () => {
    expect(networkFileSystem('/tmp')).toBeUndefined();
  });
});
