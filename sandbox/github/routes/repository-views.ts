import { ownerId, repositoryId } from "../service/numeric-ids";

/** Parts of a repository's URL that GitHub names one by one, each as `<name>_url`. */
const repositoryParts = [
  ["archive", "{archive_format}{/ref}"],
  ["assignees", "assignees{/user}"],
  ["blobs", "git/blobs{/sha}"],
  ["branches", "branches{/branch}"],
  ["collaborators", "collaborators{/collaborator}"],
  ["comments", "comments{/number}"],
  ["commits", "commits{/sha}"],
  ["compare", "compare/{base}...{head}"],
  ["contents", "contents/{+path}"],
  ["contributors", "contributors"],
  ["deployments", "deployments"],
  ["downloads", "downloads"],
  ["events", "events"],
  ["forks", "forks"],
  ["git_commits", "git/commits{/sha}"],
  ["git_refs", "git/refs{/sha}"],
  ["git_tags", "git/tags{/sha}"],
  ["hooks", "hooks"],
  ["issue_comment", "issues/comments{/number}"],
  ["issue_events", "issues/events{/number}"],
  ["issues", "issues{/number}"],
  ["keys", "keys{/key_id}"],
  ["labels", "labels{/name}"],
  ["languages", "languages"],
  ["merges", "merges"],
  ["milestones", "milestones{/number}"],
  ["notifications", "notifications{?since,all,participating}"],
  ["pulls", "pulls{/number}"],
  ["releases", "releases{/id}"],
  ["stargazers", "stargazers"],
  ["statuses", "statuses/{sha}"],
  ["subscribers", "subscribers"],
  ["subscription", "subscription"],
  ["tags", "tags"],
  ["teams", "teams"],
  ["trees", "git/trees{/sha}"],
] as const;

const ownerParts = [
  ["events", "events{/privacy}"],
  ["followers", "followers"],
  ["following", "following{/other_user}"],
  ["gists", "gists{/gist_id}"],
  ["organizations", "orgs"],
  ["received_events", "received_events"],
  ["repos", "repos"],
  ["starred", "starred{/owner}{/repo}"],
  ["subscriptions", "subscriptions"],
] as const;

/** A repository in the short form that other objects carry. Nothing is known of it but its name. */
export function repositoryView(owner: string, name: string, origin: string) {
  const url = `${origin}/api/v3/repos/${owner}/${name}`;
  return {
    id: repositoryId(`${owner}/${name}`),
    node_id: Buffer.from(`Repository:${owner}/${name}`).toString("base64url"),
    name,
    full_name: `${owner}/${name}`,
    private: true,
    owner: ownerView(owner, origin),
    html_url: `${origin}/${owner}/${name}`,
    description: null,
    fork: false,
    url,
    ...links(url, repositoryParts),
  };
}

/** A repository as it is shown when it is asked for: one without anything in it. */
export function fullRepositoryView(owner: string, name: string, origin: string) {
  const { url, html_url: page, ...view } = repositoryView(owner, name, origin);
  const began = "2020-01-01T00:00:00Z";
  return {
    ...view,
    url,
    html_url: page,
    clone_url: `${page}.git`,
    git_url: `${page.replace(/^https?/, "git")}.git`,
    ssh_url: `git@${new URL(origin).hostname}:${owner}/${name}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    visibility: "private",
    default_branch: "main",
    ...{ size: 0, forks: 0, forks_count: 0, watchers: 0, watchers_count: 0, stargazers_count: 0 },
    ...{ open_issues: 0, open_issues_count: 0, network_count: 0, subscribers_count: 0 },
    ...{ has_issues: true, has_projects: false, has_wiki: false, has_pages: false },
    ...{ has_discussions: false, has_downloads: false },
    ...{ archived: false, disabled: false, pushed_at: began, created_at: began, updated_at: began },
  };
}

/** An organization as it is shown when it is asked for. */
export function fullOrganizationView(login: string, origin: string) {
  const url = `${origin}/api/v3/orgs/${login}`;
  const began = "2020-01-01T00:00:00Z";
  return {
    login,
    id: ownerId(login),
    node_id: Buffer.from(`Organization:${login}`).toString("base64url"),
    url,
    html_url: `${origin}/${login}`,
    avatar_url: `${origin}/avatars/${login}`,
    ...{ repos_url: `${url}/repos`, events_url: `${url}/events`, hooks_url: `${url}/hooks` },
    ...{ issues_url: `${url}/issues`, members_url: `${url}/members{/member}` },
    public_members_url: `${url}/public_members{/member}`,
    description: null,
    type: "Organization",
    ...{ has_organization_projects: false, has_repository_projects: false },
    ...{ public_repos: 0, public_gists: 0, followers: 0, following: 0 },
    ...{ created_at: began, updated_at: began, archived_at: null },
  };
}

function ownerView(login: string, origin: string) {
  const url = `${origin}/api/v3/users/${login}`;
  return {
    login,
    id: ownerId(login),
    node_id: Buffer.from(`Organization:${login}`).toString("base64url"),
    avatar_url: `${origin}/avatars/${login}`,
    gravatar_id: "",
    url,
    html_url: `${origin}/${login}`,
    type: "Organization",
    site_admin: false,
    ...links(url, ownerParts),
  };
}

function links(base: string, parts: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(parts.map(([name, path]) => [`${name}_url`, `${base}/${path}`]));
}
